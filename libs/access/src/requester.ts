// The requester as a Consent's provision.actor and our default policy see it (FHIR R4 Consent.provision.actor).
import type { AccessContext } from './access-context.js';
import type { Grant } from './authorize.js';

/** What the consent decision needs to know of the requester. */
export interface Requester {
  /** Patient id whose own record it is. */
  readonly self?: string;
  /** References a provision may name as its actor. */
  readonly actors: string[];
  /** The custodian's own staff, or its system client. */
  readonly staff: boolean;
  readonly purpose?: string;
  /** Only this patient's compartment (`patient/` scopes). */
  readonly compartment?: string;
}

/** A client that acts for no user is the custodian's own system. */
export function isSystemClient(context: AccessContext): boolean {
  return context.user === undefined;
}

/** Facts about the requester for `consent.decide`; `custodian` is the reference of the organisation that runs this server. */
export function requester(context: AccessContext, grant: Grant, custodian: string): Requester {
  const known = requesters
    .get(context)
    ?.find((one) => one.custodian === custodian && one.compartment === grant.compartment);
  if (known !== undefined) return known.requester;
  const made = makeRequester(context, grant, custodian);
  const { compartment } = grant;
  requesters.set(context, [...(requesters.get(context) ?? []), { custodian, compartment, requester: made }]);
  return made;
}

/** One object for each, as long as the context is kept: what is worked out of it is kept with it. */
const requesters = new WeakMap<
  AccessContext,
  readonly { custodian: string; compartment: string | undefined; requester: Requester }[]
>();

function makeRequester(context: AccessContext, grant: Grant, custodian: string): Requester {
  const [userType, userId] = context.user?.split('/') ?? [];
  return {
    actors: [context.user, context.organization].filter((reference) => reference !== undefined),
    staff: isSystemClient(context) || isStaff(userType, context.organization, custodian),
    ...(userType === 'Patient' && userId !== undefined ? { self: userId } : {}),
    ...(context.purpose === undefined ? {} : { purpose: context.purpose }),
    ...(grant.compartment === undefined ? {} : { compartment: grant.compartment }),
  };
}

function isStaff(userType: string | undefined, organization: string | undefined, custodian: string): boolean {
  return (userType === 'Practitioner' || userType === 'PractitionerRole') && organization === custodian;
}
