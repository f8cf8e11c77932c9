/** What a check of one receipt found: `OK`, or one of the words of `holdfast verify` and what is wrong. */
export interface ReceiptVerdict {
  verdict: string;
  detail?: string;
}

/** One version of a resource. */
export interface VersionName {
  type: string;
  id: string;
  version: string;
}

/** The version that a receipt was asked for, and what a read of it gave. */
export interface ReadVersion extends VersionName {
  /** SHA-256 in hex of the bytes that were read back; absent where another version is current or the read was denied. */
  sha256?: string;
}

/** Checks a receipt's text, offline, against a trust root that did not come with it. */
export type VerifyReceipt = (text: string, about: ReadVersion) => ReceiptVerdict;

export interface ImportOptions {
  /** Base URL of the server, e.g. `http://127.0.0.1:8080/fhir`. */
  base: string;
  /** Access token of a system client with `system/*.cruds`: the resources keep their ids. */
  token: string;
  /** Files with a resource, a Bundle, or (`.ndjson`) a resource or Bundle a line; or folders of such files. */
  files: string[];
  /** Also the clinical instances of the package hl7.fhir.r4.examples. */
  examples: boolean;
  /** Requests under way at a time. Default eight. */
  parallel?: number;
  /** Read everything back, wait until it is anchored, verify the receipts. */
  check: boolean;
  dataDir: string;
  out: NodeJS.WritableStream;
  /** Where the trust root comes from, named in the report; default `DATA_DIR/pin.json`. */
  pinFile?: string;
  /** Needed for `check`. */
  verifyReceipt?: VerifyReceipt;
  /** Whether the server's event list has a denial of reading this resource. Without it, nothing counts as withheld. */
  denialOnRecord?: (type: string, id: string) => Promise<boolean>;
  /** A token of a patient for the own record, to read what is withheld from the importing system. Without it, that is not read. */
  patientToken?: (patient: string) => Promise<string>;
  /** How long nothing may be anchored before the check gives up. Default two minutes. */
  patienceMilliseconds?: number;
  /** Known defects by file name instead of those in the data file. */
  knownDefects?: Record<string, string>;
}
