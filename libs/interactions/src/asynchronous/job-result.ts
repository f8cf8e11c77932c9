// FHIR R4 async.html: how a job ended, kept until it is fetched.
import type { BundleEntry, FhirError, Issue } from '#libs/fhir-model';
import type { Answer, WrittenConsent } from '../answer.js';
import { responseEntry } from '../bundle/response.js';
import type { Disclosed } from '../record.js';
import { framed, unframed } from './framed.js';

/** An answer, and what must be decided on again before it is handed out. */
export interface JobResult {
  readonly response: NonNullable<BundleEntry['response']>;
  readonly resourceText?: string;
  readonly disclosed: readonly Disclosed[];
  /** Versions of Consents that were written, by the entries of the resource. */
  readonly consents: readonly WrittenConsent[];
  /** The request, where it may be made again. */
  readonly request?: Buffer;
}

interface DoneHead {
  response: JobResult['response'];
  hasResource: boolean;
  disclosed: [type: string, id: string, version: number, commitment: string, patients: readonly string[]][];
  consents?: readonly WrittenConsent[];
  request?: string;
}

interface FailedHead {
  status: number;
  issues: Issue[];
  headers: Record<string, string>;
}

export function writeResult(answer: Answer, disclosed: readonly Disclosed[], request?: Buffer): Buffer {
  const { resourceText, response } = responseEntry(answer);
  const head: DoneHead = {
    response: response ?? { status: String(answer.status) },
    hasResource: resourceText !== undefined,
    disclosed: disclosed.map(({ type, id, version, commitment, patients }) => [
      type,
      id,
      version,
      commitment.toString('base64'),
      patients,
    ]),
    ...(answer.consents === undefined ? {} : { consents: answer.consents }),
    ...(request === undefined ? {} : { request: request.toString('base64') }),
  };
  return framed(head, resourceText);
}

export function readResult(bytes: Buffer): JobResult {
  const { head, body } = unframed<DoneHead>(bytes);
  return {
    response: head.response,
    ...(head.hasResource ? { resourceText: body.toString('utf8') } : {}),
    disclosed: head.disclosed.map(([type, id, version, commitment, patients]) => ({
      type,
      id,
      version,
      commitment: Buffer.from(commitment, 'base64'),
      patients,
    })),
    consents: head.consents ?? [],
    ...(head.request === undefined ? {} : { request: Buffer.from(head.request, 'base64') }),
  };
}

export function writeFailure({ status, issues, headers }: FhirError): Buffer {
  const head: FailedHead = { status, issues, headers };
  return framed(head);
}

export function readFailure(bytes: Buffer): FailedHead {
  return unframed<FailedHead>(bytes).head;
}
