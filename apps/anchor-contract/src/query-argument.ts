// Arguments of the functions that only look
import { count, handle, onlyArgument, site } from './argument-shape.js';

/** `head {site}`. */
export function headArgument(args: readonly string[]): string {
  return site(onlyArgument(args, ['site']).site);
}

/** `batch {index, site}`: the index of a leaf. */
export function batchArgument(args: readonly string[]): { site: string; index: number } {
  const value = onlyArgument(args, ['index', 'site']);
  return { site: site(value.site), index: count('index', value.index) };
}

/** `consent {handle}`. */
export function consentReference(args: readonly string[]): string {
  return handle(onlyArgument(args, ['handle']).handle);
}

/** `violations {since, site}`: the index of a leaf. */
export function violationsArgument(args: readonly string[]): { site: string; since: number } {
  const value = onlyArgument(args, ['since', 'site']);
  return { site: site(value.site), since: count('since', value.since) };
}
