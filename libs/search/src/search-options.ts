import type { Hash64 } from './hash64.js';

export interface SearchOptions {
  readonly hash64: Hash64;
  /** 32 bytes; under it cursors are made and opened. */
  readonly cursorKey: Uint8Array;
  /** Who asks, for what: a cursor is good for exactly this text. */
  readonly requester: string;
  /** `Prefer: handling=lenient`: parameters and modifiers that are not supported are left out instead of refused. */
  readonly lenient?: boolean;
  /** Only the compartment of this patient. */
  readonly patientId?: string;
  /** Our own base without a slash at the end: references into it are the relative ones, as which the store indexes them. */
  readonly baseUrl?: string;
  /** Milliseconds since 1970, for `ap` on dates; the clock if not given. */
  readonly now?: number;
  /** Matches per page without `_count`; 20. */
  readonly defaultCount?: number;
}
