// FHIR R4 async.html: a request, kept until it is done.
import type { FhirRequest } from '../fhir-request.js';
import { framed, unframed } from './framed.js';

/** A request that is answered later. */
export interface JobRequest {
  /** Of {@link deferrable}. */
  readonly name: string;
  readonly request: FhirRequest;
  /** X-Provenance. */
  readonly provenance?: Uint8Array;
  /** Not to be done after this, in microseconds of the Postgres clock: whoever puts an old row back gets nothing done by it. */
  readonly until?: bigint;
}

interface Head {
  name: string;
  request: Omit<FhirRequest, 'body' | 'document'>;
  hasBody: boolean;
  provenance?: string;
  until?: string;
}

export function writeJobRequest({ name, request, provenance, until }: JobRequest): Buffer {
  const { body, document: _, ...rest } = request;
  const head: Head = {
    name,
    request: rest,
    hasBody: body !== undefined,
    ...(provenance === undefined ? {} : { provenance: Buffer.from(provenance).toString('base64') }),
    ...(until === undefined ? {} : { until: String(until) }),
  };
  return framed(head, body);
}

export function readJobRequest(bytes: Buffer): JobRequest {
  const { head, body } = unframed<Head>(bytes);
  const { name, request, hasBody, provenance, until } = head;
  return {
    name,
    request: { ...request, ...(hasBody ? { body } : {}) },
    ...(provenance === undefined ? {} : { provenance: Buffer.from(provenance, 'base64') }),
    ...(until === undefined ? {} : { until: BigInt(until) }),
  };
}
