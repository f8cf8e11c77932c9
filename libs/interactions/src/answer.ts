// FHIR R4 http.html: what an interaction answers, before it is HTTP.

/** The answer to one interaction. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Stored text, sent as it is. */
  body?: Uint8Array | string;
  /** Absent means FHIR JSON. */
  contentType?: string;
}
