// FHIR R4 async.html: a request that is answered later, as it is kept.

/** What is taken in. */
export interface NewJob {
  readonly id: string;
  /** Who asked, in one text: nobody else is told that there is a job. */
  readonly owner: string;
  /** The client, in one text: it may have only so many jobs. */
  readonly client: string;
  /** Where it is interrupted it leaves nothing behind, so that it may be done again. */
  readonly repeatable: boolean;
  readonly request: Uint8Array;
  /** Removed after so long, done or not. */
  readonly seconds: number;
}

/** How many jobs may be kept at once. */
export interface JobLimits {
  readonly ofClient: number;
  readonly ofAll: number;
}

/** A job that this process has taken and has to do; nobody else may finish it meanwhile. */
export interface TakenJob {
  readonly id: string;
  readonly attempt: number;
  readonly repeatable: boolean;
  /** How often it was begun before and the process went away. */
  readonly interrupted: number;
  readonly request: Buffer;
}

/** How far a job is. Times in milliseconds since 1970. */
export interface JobState {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly now: number;
  readonly accepted: number;
  readonly started?: number;
  readonly expires: number;
  readonly interrupted: number;
  readonly steps: number;
  /** Zero where it is not known. */
  readonly allSteps: number;
}

/** The end of a job. */
export interface JobEnd {
  readonly state: 'done' | 'failed';
  readonly result: Uint8Array;
  /** The result is kept for so long. */
  readonly seconds: number;
}

/**
 * Jobs in the database of the store. Of a {@link StoreTransaction} they are part of the transaction: what a job wrote and that
 * it is done are committed together, or neither.
 */
export interface Jobs {
  /** Keeps a job; or says which limit stands in the way. */
  add(job: NewJob, limits: JobLimits): Promise<'added' | 'client' | 'all'>;

  /**
   * Takes the job that waits longest, or one whose process has said nothing for `silence` seconds; undefined where there is
   * none.
   */
  take(silence: number): Promise<TakenJob | undefined>;

  /** Says that it is being done, and how far it is. False where it is not ours any more: removed, or taken by another. */
  alive(job: TakenJob, steps: number, allSteps: number): Promise<boolean>;

  /** Ends a job with its result. False, and nothing done, where it is not ours any more. */
  finish(job: TakenJob, end: JobEnd): Promise<boolean>;

  /** Lets others take it again, after `seconds` of being kept at most. */
  giveBack(job: TakenJob): Promise<void>;

  /** The state of a job of this owner. */
  find(id: string, owner: string): Promise<JobState | undefined>;

  /** The result of a job that has ended. */
  result(id: string, owner: string): Promise<Buffer | undefined>;

  /** Asks for the same again, with another request in place of the old; for one that is done. */
  again(id: string, owner: string, request: Uint8Array): Promise<void>;

  /** Removes a job, whatever its state, and tells that; who does it is told at the next {@link alive} or {@link finish}. */
  remove(id: string, owner: string): Promise<JobState['state'] | undefined>;

  /** Removes what has expired. */
  removeExpired(): Promise<void>;
}
