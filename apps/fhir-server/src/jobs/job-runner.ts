// FHIR R4 async.html: the process that does what is answered later, a few jobs at a time.
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { type Answer, acceptJob, type JobRequest, runJob, type Services } from '#libs/interactions';
import type { TakenJob } from '#libs/store';
import type { Config } from '../config.js';
import { failureFacts } from '../http/failure-facts.js';
import { CONFIG, LOG, SERVICES } from '../http/tokens.js';
import { Watch } from './watch.js';

/** Jobs under way at once in one process: each may hold a connection for long. */
const AT_ONCE = 2;
/** Another process may take a job whose own has been silent for so many seconds. */
const SILENCE = 12;
const LOOK_MILLISECONDS = 1_500;
const SWEEP_MILLISECONDS = 60_000;
/** So long a stop waits for jobs to notice it. */
const STOP_MILLISECONDS = 5_000;

@Injectable()
export class JobRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #running = new Map<Watch, Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #looking = false;
  #stopping = false;

  constructor(
    @Inject(SERVICES) private readonly services: Services,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Also takes what a process that went away has left. */
  onApplicationBootstrap(): void {
    this.#timers = [
      setInterval(() => this.look(), LOOK_MILLISECONDS).unref(),
      setInterval(() => void this.#sweep(), SWEEP_MILLISECONDS).unref(),
    ];
    this.look();
  }

  /** What is under way is stopped: given back whole, or, of a batch, ended with what was done. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const watch of this.#running.keys()) watch.stop();
    const late = new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS).unref());
    await Promise.race([Promise.all(this.#running.values()), late]);
  }

  /** Takes a request in, to be answered later. @throws FhirError as {@link acceptJob} does. */
  async accept(job: JobRequest): Promise<Answer> {
    const { asyncJobs, asyncJobsPerClient, asyncBytes, asyncSeconds } = this.config;
    const limits = { ofAll: asyncJobs, ofClient: asyncJobsPerClient, bytes: asyncBytes, seconds: asyncSeconds };
    const answer = await acceptJob(this.services, job, limits);
    this.look();
    return answer;
  }

  /** There may be something to do. */
  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#takeAll().finally(() => {
      this.#looking = false;
    });
  }

  async #takeAll(): Promise<void> {
    try {
      while (!this.#stopping && this.#running.size < AT_ONCE) {
        const job = await this.services.store.jobs.take(SILENCE);
        if (job === undefined) return;
        this.#run(job);
      }
    } catch (error) {
      this.log.warn({ failure: failureFacts(error) }, 'jobs could not be taken; it is tried again');
    }
  }

  #run(job: TakenJob): void {
    const { asyncSeconds, asyncResultSeconds, asyncBytes } = this.config;
    const watch = new Watch(this.services.store.jobs, job, asyncSeconds);
    if (this.#stopping) watch.stop();
    const course = {
      progress: watch.progress,
      isStopped: () => watch.isStopped,
      seconds: asyncResultSeconds,
      bytes: asyncBytes,
    };
    const running = runJob(this.services, job, course)
      .catch((error: unknown) => this.log.error({ job: job.id, failure: failureFacts(error) }, 'job failed'))
      .finally(() => {
        watch.end();
        this.#running.delete(watch);
        this.look();
      });
    this.#running.set(watch, running);
  }

  async #sweep(): Promise<void> {
    await this.services.store.jobs.removeExpired().catch((error: unknown) => {
      this.log.warn({ failure: failureFacts(error) }, 'expired jobs could not be removed; it is tried again');
    });
  }
}
