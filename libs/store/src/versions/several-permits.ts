// Several types in one statement, where not all are decided about alike.
import type { Bind, Permit } from '#libs/consent';
import type { Filter } from '../search/matching.js';
import type { Readable } from './histories.js';

/** What a statement needs of one or several permits. */
export interface Deciding extends Filter {
  /** As {@link Permit.decidedBy}. */
  decidedBy(alias: string, bind: Bind): string;
}

/** One permit for each group of types; what is in no group may not be shown. */
export class SeveralPermits implements Deciding {
  constructor(private readonly readable: readonly Readable[]) {}

  predicate(alias: string, bind: Bind): string {
    return anyOf(
      this.readable.map(({ types, permit }) => `${among(alias, types, bind)} AND ${permit.predicate(alias, bind)}`),
    );
  }

  /** Scopes are about what is shown: any of the permits will do for what is only known to be there. */
  ownerPredicate(alias: string, bind: Bind): string {
    return anyOf(this.readable.map(({ permit }) => permit.predicate(alias, bind)));
  }

  decidedBy(alias: string, bind: Bind): string {
    const cases = this.readable.map(
      ({ types, permit }) => `WHEN ${among(alias, types, bind)} THEN ${permit.decidedBy(alias, bind)}`,
    );
    return cases.length === 0 ? 'NULL::text' : `CASE ${cases.join(' ')} END`;
  }
}

/** A single permit, or the one for each of several groups of types. */
export function deciding(permit: Permit | readonly Readable[]): Deciding {
  return Array.isArray(permit) ? new SeveralPermits(permit) : (permit as Permit);
}

function among(alias: string, types: readonly string[], bind: Bind): string {
  return `${alias}.type = ANY (${bind(types)}::text[])`;
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.map((one) => `(${one})`).join(' OR ')})`;
}
