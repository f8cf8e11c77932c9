import type { BlobStore } from '#libs/blob';
import type { OpenBlock, OpenEnvelope, Pin } from '#libs/evidence';
import type { ConsentVersion, Store, StoreTransaction } from '#libs/store';
import type { Definitions } from '#libs/validation';
import type { Answer } from './answer.js';
import type { Disclosed } from './record.js';

/** What the interactions need of the world. Made once, in the server's wiring page. */
export interface Services {
  readonly store: Store;
  /** Name of this site, as it stands in every event record. */
  readonly site: string;
  /** Base URL in links, without a slash at the end. */
  readonly base: string;
  /** Reference of the organisation that runs this server. */
  readonly custodian: string;
  /** The pin of this installation; undefined until the ledger has been seen for the first time. */
  pin(): Promise<Pin | undefined>;
  /** What resources are validated against; FHIR R4 alone if not given. */
  readonly definitions?: Definitions;
  /** Canonical URLs of the profiles that every resource of a type must conform to, claimed or not. */
  readonly requiredProfiles?: Readonly<Record<string, readonly string[]>>;
  /** What happens to references to what is not there. `off` if not given. */
  readonly referentialIntegrity?: 'off' | 'warn' | 'refuse';
  /** Whether a conditional delete may delete several resources. */
  readonly deletesSeveral?: boolean;
  /**
   * Waits a bounded time, however many there are, for versions of Consents to be on the ledger; gives those that are not. Without it
   * nothing waits.
   */
  readonly consentsNotOnLedger?: (written: readonly ConsentVersion[]) => Promise<readonly ConsentVersion[]>;
  /** Throws FhirError 503 where so much waits for the ledger that nothing may be shown until it has been recorded there. */
  readonly checkLedgerLag?: () => Promise<void>;
  /** Hears of every version that an answer shows or was made from. */
  readonly disclosed?: (versions: readonly Disclosed[]) => void;
  /** Called in the transaction of a Bundle, or of a write with X-Provenance, as the last thing: what it throws undoes it. */
  readonly beforeCommit?: (store: StoreTransaction, answer: Answer) => Promise<void>;
  /** Set inside the one transaction of a write with X-Provenance. */
  readonly isOneTransaction?: true;
  /** Hears how many entries of a Bundle are done; throws where it is to go no further. */
  readonly progress?: (done: number, all: number) => void;
  /** Where content goes that is too large for a row; without it, there can be none. */
  readonly blobs?: BlobStore;
  /** Bytes that the content of one Binary may have, sent as it is. */
  readonly maxContentBytes?: number;
  /** Open and check what is in the formats of the ledger. */
  readonly openBlock: OpenBlock;
  readonly openEnvelope: OpenEnvelope;
}
