// FHIR R4 async.html: a job is done, exactly once where it writes as a whole.
import { FhirError, unexpected } from '#libs/fhir-model';
import type { Store, TakenJob } from '#libs/store';
import type { Answer } from '../answer.js';
import { withProvenance } from '../provenance.js';
import type { Disclosed } from '../record.js';
import { represent } from '../representation/represent.js';
import type { Services } from '../services.js';
import { BUNDLE, deferrable } from './deferrable.js';
import { type JobRequest, readJobRequest } from './job-request.js';
import { writeFailure, writeResult } from './job-result.js';

/** How a job is watched, and stopped, from outside. */
export interface Course {
  /** Hears how far it is; throws FhirError where it is to stop. */
  readonly progress: (done: number, all: number) => void;
  /** Whether it was told to stop. */
  readonly isStopped: () => boolean;
  /** An answer is kept for so long. */
  readonly seconds: number;
  /** A larger answer is refused. */
  readonly bytes: number;
}

/** How often a job may be begun again whose process went away: it may be what made it go away. */
const MOST_INTERRUPTIONS = 3;

/** The job was removed or taken by another process meanwhile. */
class Lost extends Error {}

/**
 * Does the job and keeps its answer. A transaction and that it is done are committed as one: whatever happens to this process,
 * it is stored once or not at all. A job that is told to stop is given back, to be done later; of a batch the answer says what
 * was done and what not. Rejects with what is no refusal, once it is kept that the job failed.
 */
export async function runJob(services: Services, job: TakenJob, course: Course): Promise<void> {
  const { jobs } = services.store;
  const refusal = interruption(job);
  if (refusal) {
    await jobs.finish(job, { state: 'failed', result: writeFailure(refusal), seconds: course.seconds });
    return;
  }
  try {
    await done(services, job, course);
  } catch (error) {
    if (error instanceof Lost) return;
    if (course.isStopped() && job.repeatable) return await jobs.giveBack(job);
    const told = error instanceof FhirError ? error : unexpected();
    await jobs.finish(job, { state: 'failed', result: writeFailure(told), seconds: course.seconds });
    if (told !== error) throw error;
  }
}

async function done(services: Services, job: TakenJob, course: Course): Promise<void> {
  const asked = readJobRequest(job.request);
  if (asked.until !== undefined && (await services.store.time()) > asked.until) throw tooLate();
  const disclosed = new Map<string, Disclosed>();
  const finished = async ({ jobs }: Pick<Store, 'jobs'>, answer: Answer) => {
    const again = asked.name === BUNDLE ? undefined : job.request;
    const result = writeResult(represent(answer, unformatted(asked)), [...disclosed.values()], again);
    if (result.length > course.bytes) throw tooLarge(job);
    if (!(await jobs.finish(job, { state: 'done', result, seconds: course.seconds }))) throw new Lost();
  };
  const isOne = asked.name === BUNDLE && job.repeatable;
  const watched: Services = {
    ...services,
    progress: course.progress,
    disclosed: (versions) => {
      for (const one of versions) disclosed.set(`${one.type}/${one.id}/${one.version}`, one);
    },
    ...(isOne ? { beforeCommit: finished } : {}),
  };
  const answer = await interacted(watched, asked);
  if (!isOne) await finished(services.store, answer);
}

function interacted(services: Services, { name, request, provenance }: JobRequest): Promise<Answer> {
  const interact = deferrable(name);
  return provenance ? withProvenance(services, request, provenance, interact) : interact(services, request);
}

/** Line breaks are for who fetches the answer to ask for. */
function unformatted({ request }: JobRequest): JobRequest['request']['query'] {
  return request.query.filter(([name]) => name !== '_pretty');
}

/** Why a job that was begun before is not begun again. */
function interruption({ repeatable, interrupted }: TakenJob): FhirError | undefined {
  if (interrupted === 0) return undefined;
  if (!repeatable) {
    return refused(
      'The server was stopped in the middle of this batch. What its entries had done by then stands, the rest was not ' +
        'done, and it is not done again: look at what its entries are about',
    );
  }
  if (interrupted <= MOST_INTERRUPTIONS) return undefined;
  return refused(
    'The server was stopped again and again in the middle of this: it is given up, and nothing was stored',
  );
}

function refused(diagnostics: string): FhirError {
  return new FhirError(500, { severity: 'error', code: 'incomplete', diagnostics });
}

function tooLate(): FhirError {
  const diagnostics = 'This waited for longer than it may; it is not done';
  return new FhirError(504, { severity: 'error', code: 'timeout', diagnostics });
}

function tooLarge({ repeatable }: TakenJob): FhirError {
  const diagnostics = repeatable
    ? 'The answer is too large to be kept; nothing was stored'
    : 'The answer is too large to be kept; the entries were done';
  return new FhirError(422, { severity: 'error', code: 'too-costly', diagnostics });
}
