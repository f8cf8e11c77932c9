// FHIR R4 async.html, "Status Request" and "Delete Request": the answer is handed out only as far as it may be shown now.
import { authorize, requester } from '#libs/access';
import { decide } from '#libs/consent';
import { type BundleEntry, bundleText, FhirError, notFound, operationOutcome } from '#libs/fhir-model';
import type { JobState } from '#libs/store';
import type { Answer } from '../answer.js';
import type { SystemRequest } from '../fhir-request.js';
import { checkLag } from '../ledger-lag.js';
import { bundleWithNews } from '../ledger-news.js';
import { type Disclosed, eventOf, eventsOfVersions } from '../record.js';
import { requesterText } from '../search.js';
import type { Services } from '../services.js';
import { readJobRequest, writeJobRequest } from './job-request.js';
import { type JobResult, readFailure, readResult } from './job-result.js';
import { progressWords, retryAfter } from './progress-words.js';
import { withoutResources } from './without-resources.js';

const ACTION = 'async-result';
/** Versions decided on in one statement. */
const AT_ONCE = 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const SUPPRESSED = 'Some of what this showed may not be shown any more: all resources are left out. Ask for them anew';

/**
 * 202 while the job is not done; its answer in a Bundle when it is; its refusal where it failed. Who may be shown what is decided
 * now, by the token of now, and on record before it is handed out. Where something may not be shown any more, what only reads is
 * asked anew, and a batch or transaction is told without the resources.
 * @throws FhirError 404 for what is no job of this requester.
 */
export async function jobStatus(services: Services, request: SystemRequest, id: string): Promise<Answer> {
  const job = UUID.test(id) ? await services.store.jobs.find(id, requesterText(request)) : undefined;
  if (job === undefined) throw notFound();
  if (job.state === 'waiting' || job.state === 'running') return underWay(job);
  const result = await services.store.jobs.result(id, requesterText(request));
  if (result === undefined) throw notFound();
  if (job.state === 'failed') throw failure(job, result);
  return delivered(services, request, job, readResult(result));
}

/** Ends a job and forgets its answer. @throws FhirError 404. */
export async function cancelJob(services: Services, request: SystemRequest, id: string): Promise<Answer> {
  const state = UUID.test(id) ? await services.store.jobs.remove(id, requesterText(request)) : undefined;
  if (state === undefined) throw notFound();
  const diagnostics = CANCELLED[state];
  return { status: 202, headers: {}, body: outcome('informational', diagnostics) };
}

const CANCELLED: Readonly<Record<JobState['state'], string>> = {
  waiting: 'It is not done: nothing had been begun',
  running: 'It is stopped. A transaction is not stored; entries of a batch that were done stay done',
  done: 'It had been done, and what it stored stays; its answer is forgotten',
  failed: 'It had failed; that is forgotten',
};

function underWay(job: JobState): Answer {
  return { status: 202, headers: { 'x-progress': progressWords(job), 'retry-after': retryAfter(job) } };
}

function failure(job: JobState, result: Buffer): FhirError {
  const { status, issues, headers } = readFailure(result);
  return new FhirError(status, issues, { ...headers, ...expires(job) });
}

function expires({ expires: at }: JobState): Record<string, string> {
  return { expires: new Date(at).toUTCString() };
}

async function delivered(
  services: Services,
  request: SystemRequest,
  job: JobState,
  result: JobResult,
): Promise<Answer> {
  await checkLag(services, 'read');
  const told = await withNews(services, result);
  const { time, shown, hidden } = await judged(services, request, result.disclosed);
  if (hidden.length > 0 && result.request) return asked(services, request, job, result.request);
  const done = { action: ACTION, query: `_async/${job.id}` };
  await services.store.record([
    ...eventsOfVersions(services, request, time, done, hidden.length > 0 ? [] : shown),
    ...denials(services, request, time, hidden),
  ]);
  const entry = hidden.length > 0 ? withheld(told) : entryOf(told);
  const body = bundleText({ type: 'batch-response', links: [], entries: [entry] });
  return { status: 200, headers: expires(job), body };
}

/** What the ledger has of the Consents that were written is said as it is now. */
async function withNews(services: Services, result: JobResult): Promise<JobResult> {
  const { resourceText, consents } = result;
  if (resourceText === undefined || consents.length === 0) return result;
  return { ...result, resourceText: await bundleWithNews(services, resourceText, consents) };
}

/** The same question again, by who asks now. */
async function asked(services: Services, request: SystemRequest, job: JobState, kept: Buffer): Promise<Answer> {
  const { until: _, ...question } = readJobRequest(kept);
  const now = writeJobRequest({ ...question, request: { ...question.request, context: request.context } });
  await services.store.jobs.again(job.id, requesterText(request), now);
  const progress = 'what may be shown has changed: it is asked anew';
  return { status: 202, headers: { 'x-progress': progress, 'retry-after': '1' } };
}

function entryOf({ response, resourceText }: JobResult): BundleEntry {
  return { ...(resourceText === undefined ? {} : { resourceText }), response };
}

function withheld({ response, resourceText }: JobResult): BundleEntry {
  const suppressed = operationOutcome([{ severity: 'warning', code: 'suppressed', diagnostics: SUPPRESSED }]);
  const rest = resourceText === undefined ? {} : { resourceText: withoutResources(resourceText) };
  return { ...rest, response: { ...response, outcome: suppressed } };
}

function outcome(code: string, diagnostics: string): string {
  return JSON.stringify(operationOutcome([{ severity: 'information', code, diagnostics }]));
}

interface Judged {
  readonly time: bigint;
  readonly shown: readonly (Disclosed & { readonly consent?: string })[];
  readonly hidden: readonly Disclosed[];
}

/** What may be shown to this requester now. What no scope of the token covers may not. */
async function judged(services: Services, request: SystemRequest, disclosed: readonly Disclosed[]): Promise<Judged> {
  const { store, custodian } = services;
  let time = await store.time();
  const consents = new Map<string, string | undefined>();
  for (const [type, all] of Map.groupBy(disclosed, (one) => one.type)) {
    const grant = authorize(request.context, 'read', type) ?? authorize(request.context, 'search-type', type);
    if (grant === undefined) continue;
    const permit = decide(requester(request.context, grant, custodian), store.hash64);
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const result = await store.stillShown(all.slice(from, from + AT_ONCE), permit);
      if (result.time > time) time = result.time;
      for (const one of result.shown) consents.set(nameOf(one), one.consent);
    }
  }
  const shown = disclosed.filter((one) => consents.has(nameOf(one)));
  return {
    time,
    shown: shown.map((one) => withConsent(one, consents.get(nameOf(one)))),
    hidden: disclosed.filter((one) => !consents.has(nameOf(one))),
  };
}

function withConsent(one: Disclosed, consent: string | undefined) {
  return consent === undefined ? one : { ...one, consent };
}

function nameOf({ type, id, version }: Pick<Disclosed, 'type' | 'id' | 'version'>): string {
  return `${type}/${id}/${version}`;
}

/** One event for every patient of whom something was not shown any more. */
function denials(services: Services, request: SystemRequest, time: bigint, hidden: readonly Disclosed[]) {
  const patients = new Set(hidden.flatMap((one) => (one.patients.length > 0 ? one.patients : [''])));
  return [...patients].map((patient) => {
    const done = { action: ACTION, decision: 'deny', outcome: 404 } as const;
    return eventOf(services, request, time, done, patient === '' ? [] : [patient]);
  });
}
