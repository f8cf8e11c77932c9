// `putConsent` and `revokeConsent {binding, handle, recorded, site, version, witnesses}`
import { bad, count, handle, list, mspId, onlyArgument, positive, site } from './argument-shape.js';

/** One version of a Consent as its custodian announces it. Times are microseconds since 1970. */
export interface ConsentArgument {
  handle: string;
  version: number;
  /** From when on this version can have been relied on. */
  recorded: number;
  /** From when on nobody can have relied on the version before. */
  binding: number;
  /** The custodian's site. */
  site: string;
  /** The other organisations: a majority of them may act when the custodian has vanished. */
  witnesses: string[];
}

const MEMBERS = ['binding', 'handle', 'recorded', 'site', 'version', 'witnesses'];

function sorted(ids: string[]): string[] {
  if (ids.some((id, index) => index > 0 && ids[index - 1]! >= id))
    throw bad('witnesses are not in ascending order, each once');
  return ids;
}

/** Throws a `BAD_ARGUMENT` refusal for anything but its one canonical spelling. */
export function consentArgument(args: readonly string[]): ConsentArgument {
  const value = onlyArgument(args, MEMBERS);
  const recorded = count('recorded', value.recorded);
  const binding = count('binding', value.binding);
  if (binding < recorded) throw bad('binding is before recorded');
  return {
    handle: handle(value.handle),
    version: positive('version', value.version),
    recorded,
    binding,
    site: site(value.site),
    witnesses: sorted(list('witnesses', value.witnesses).map(mspId)),
  };
}
