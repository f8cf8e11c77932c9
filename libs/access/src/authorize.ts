// SMART App Launch 2.2: from the scopes of a token to the right to one interaction on one resource type.
import type { Interaction } from '#libs/fhir-model';
import type { AccessContext } from './access-context.js';
import { covers, type Permission, type Scope } from './scope.js';

/** What the scopes grant: everything of the type, or only what is in one patient's compartment. */
export interface Grant {
  /** Patient id; present when only `patient/` scopes cover the interaction. */
  readonly compartment?: string;
}

const PERMISSION: Record<Interaction, Permission> = {
  create: 'c',
  read: 'r',
  vread: 'r',
  update: 'u',
  delete: 'd',
  'history-instance': 'r',
  'history-type': 's',
  'history-system': 's',
  'search-type': 's',
};

/** The grant for this interaction, or undefined where no scope covers it (answer 403). */
export function authorize(context: AccessContext, interaction: Interaction, type: string): Grant | undefined {
  const granted = context.scopes.filter((scope) => covers(scope, PERMISSION[interaction], type));
  if (granted.some((scope) => speaksForAll(scope, context))) return {};
  if (context.patient !== undefined && granted.some((scope) => scope.level === 'patient')) {
    return { compartment: context.patient };
  }
  return undefined;
}

/** A `user/` scope means nothing without a user. */
function speaksForAll(scope: Scope, context: AccessContext): boolean {
  return scope.level === 'system' || (scope.level === 'user' && context.user !== undefined);
}
