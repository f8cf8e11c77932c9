// FHIR R4 async.html, "Response - Success": the request is taken in, and answered under a URL of its own.
import { randomUUID } from 'node:crypto';
import { FhirError, unavailable } from '#libs/fhir-model';
import type { JobLimits } from '#libs/store';
import type { Answer } from '../answer.js';
import { bundleType } from '../bundle/process.js';
import { requesterText } from '../search.js';
import type { Services } from '../services.js';
import { BUNDLE } from './deferrable.js';
import { type JobRequest, writeJobRequest } from './job-request.js';

/** Bounds of what is answered later. */
export interface Deferral extends JobLimits {
  /** Of the body of a request. */
  readonly bytes: number;
  /** A job is given up after so long, waiting included. */
  readonly seconds: number;
}

const RETRY_AFTER_SECONDS = 60;

/**
 * Keeps the request and answers 202 with the URL under which its answer will be.
 * @throws FhirError 400 for a Bundle that is neither batch nor transaction, 413, 429 where the client has too many of them, 503.
 */
export async function acceptJob(services: Services, job: JobRequest, limits: Deferral): Promise<Answer> {
  const { request } = job;
  const size = request.body?.length ?? 0;
  if (size > limits.bytes) throw tooLarge(limits.bytes);
  const { issuer, client } = request.context;
  const id = randomUUID();
  const until = (await services.store.time()) + BigInt(limits.seconds) * 1_000_000n;
  const outcome = await services.store.jobs.add(
    {
      id,
      owner: requesterText(request),
      client: JSON.stringify([issuer, client]),
      repeatable: await isRepeatable(job),
      request: writeJobRequest({ ...job, until }),
      seconds: limits.seconds,
    },
    limits,
  );
  if (outcome === 'client') throw tooMany();
  if (outcome === 'all') throw unavailable('Too many requests wait for their answers', RETRY_AFTER_SECONDS);
  const headers = {
    'content-location': jobUrl(services, id),
    'preference-applied': 'respond-async',
    'retry-after': '1',
  };
  return { status: 202, headers };
}

/** The URL of a job, which tells nothing. */
export function jobUrl({ base }: Services, id: string): string {
  return `${base}/_async/${id}`;
}

/** Reading leaves nothing behind; nor does what is one transaction. What a batch has done stays, and may not be done twice. */
async function isRepeatable({ name, request, provenance }: JobRequest): Promise<boolean> {
  if (name !== BUNDLE) return true;
  return (await bundleType(request)) === 'transaction' || provenance !== undefined;
}

function tooLarge(bytes: number): FhirError {
  const diagnostics = `With respond-async a body may have at most ${bytes} bytes; without, it may be larger`;
  return new FhirError(413, { severity: 'error', code: 'too-long', diagnostics });
}

function tooMany(): FhirError {
  const diagnostics = 'Too many requests of this client wait for their answers, or to be fetched: fetch or delete some';
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  return new FhirError(429, { severity: 'error', code: 'throttled', diagnostics }, headers);
}
