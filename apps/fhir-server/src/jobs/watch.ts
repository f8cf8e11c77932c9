import { FhirError, unavailable } from '#libs/fhir-model';
import type { Jobs, TakenJob } from '#libs/store';

const BEAT_MILLISECONDS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/** Watches over one job: says that it is being done and how far it is, and stops it where nobody wants it any more. */
export class Watch {
  #steps = 0;
  #all = 0;
  #stopped = false;
  #refusal: FhirError | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #deadline: NodeJS.Timeout;

  /** @param seconds after which it is given up */
  constructor(
    private readonly jobs: Jobs,
    private readonly job: TakenJob,
    seconds: number,
  ) {
    this.#timer = setInterval(() => void this.#beat(), BEAT_MILLISECONDS).unref();
    this.#deadline = setTimeout(() => {
      this.#refusal ??= tooSlow(seconds);
    }, seconds * 1000).unref();
  }

  /** Whether the job is to be done at another time. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** @throws FhirError where it is to go no further. */
  readonly progress = (done: number, all: number): void => {
    this.#steps = done;
    this.#all = all;
    if (this.#refusal) throw this.#refusal;
  };

  /** The server is stopping. */
  stop(): void {
    this.#stopped = true;
    this.#refusal ??= unavailable('The server was stopped before this was done', RETRY_AFTER_SECONDS);
  }

  end(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#deadline);
  }

  /** A database that does not answer is no reason to stop: what the job does there fails by itself. */
  async #beat(): Promise<void> {
    const isOurs = await this.jobs.alive(this.job, this.#steps, this.#all).catch(() => true);
    if (!isOurs)
      this.#refusal ??= unavailable('This was cancelled, or taken over by another process', RETRY_AFTER_SECONDS);
  }
}

function tooSlow(seconds: number): FhirError {
  const diagnostics = `This was not done within ${seconds} seconds and is given up`;
  return new FhirError(504, { severity: 'error', code: 'timeout', diagnostics });
}
