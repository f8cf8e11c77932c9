// FHIR R4 async.html: X-Progress and Retry-After.
import type { JobState } from '#libs/store';

const MOST_SECONDS = 30;

/** How far a job is: percent, rate and remaining time, in less than 100 characters as the standard has it. */
export function progressWords(job: JobState): string {
  const begun = job.interrupted > 0 ? 'begun again after a stop of the server: ' : '';
  if (job.state === 'waiting') return `${begun}waits for its turn`;
  const seconds = secondsSince(job);
  if (job.allSteps === 0) return `${begun}under way for ${duration(seconds)}`;
  const percent = Math.floor(Math.min(1, job.steps / job.allSteps) * 100);
  const rate = Math.round(job.steps / Math.max(seconds, 0.001));
  const left = job.steps === 0 ? 'unknown time' : `about ${duration(remaining(job))}`;
  return `${begun}${percent} % of ${job.allSteps} entries, ${rate}/s, ${left} left`;
}

/** When to ask again. */
export function retryAfter(job: JobState): string {
  const guess = job.steps > 0 ? remaining(job) / 2 : secondsSince(job) / 4;
  return String(Math.min(Math.max(1, Math.ceil(guess)), MOST_SECONDS));
}

function remaining(job: JobState): number {
  return (secondsSince(job) * Math.max(0, job.allSteps - job.steps)) / job.steps;
}

function secondsSince({ now, started, accepted }: JobState): number {
  return Math.max(0, now - (started ?? accepted)) / 1000;
}

function duration(seconds: number): string {
  const [size, unit] = seconds < 90 ? [1, 'second'] : seconds < 5_400 ? [60, 'minute'] : [3_600, 'hour'];
  const count = Math.max(1, Math.round(seconds / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
