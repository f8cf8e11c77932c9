/** What a verification can find. */
export type Verdict =
  | 'OK'
  | 'ALTERED'
  | 'DELETED'
  | 'INSERTED'
  | 'ROLLED_BACK'
  | 'FORKED'
  | 'GAP'
  | 'UNANCHORED'
  | 'STALE'
  | 'ERASED'
  | 'UNTRUSTED_KEY';

/** Thrown inside a check, and turned into the result at the door: the verdict, and in words what differs. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';

  constructor(
    readonly verdict: Exclude<Verdict, 'OK'>,
    detail: string,
  ) {
    super(detail);
  }
}

/** Throws `ALTERED` with `detail` unless `same`. */
export function demand(same: boolean, detail: string): asserts same {
  if (!same) throw new Mismatch('ALTERED', detail);
}
