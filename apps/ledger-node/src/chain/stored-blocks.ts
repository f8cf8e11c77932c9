// The blocks of the file that derived.db knows: whether all are as they were stored
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Derived } from '../derived/derived.js';
import type { BlockPlace, FileEnd } from './block-file.js';
import { compareBlocks, endOf, sharedProgress } from './compare-blocks.js';
import { readAt } from './file-window.js';
import { HEADER_SIZE } from './frame.js';

/** What the helping thread is told. */
export interface ThreadData {
  /** Of the block file. */
  path: string;
  height: number;
  /** Of derived.db. */
  derived: string;
  progress: Int32Array;
}

/** Where the known blocks end, and the last of them. */
export interface StoredEnd extends FileEnd {
  last: Buffer;
}

/** Bytes that are read sooner than a thread is there. */
const ALONE = 64 * 1024 * 1024;

/** The comparison of the known blocks with the file, begun by a thread of its own as soon as this is made, where there are many. */
export class StoredBlocks {
  private readonly progress = sharedProgress();
  private readonly height: number;
  private readonly helper: Worker | undefined;
  private readonly helped: Promise<boolean>;

  /** `path`: of the block file. */
  constructor(
    private readonly path: string,
    private readonly derived: Derived,
  ) {
    this.height = derived.height;
    const last = derived.places.get(this.height - 1);
    this.helper = last !== undefined && last.offset > ALONE ? this.thread() : undefined;
    this.helped = this.helper === undefined ? Promise.resolve(true) : answerOf(this.helper);
  }

  private thread(): Worker {
    const { path, height, progress, derived } = this;
    const workerData: ThreadData = { path, height, derived: derived.path, progress };
    // Without what this process was started with: that is for the program, not for its threads.
    return new Worker(new URL('compare-thread.js', import.meta.url), { workerData, execArgv: [] });
  }

  /**
   * Compares what the thread has not taken, and waits for it. Undefined says only that something is not as it was stored, or could not be
   * read, or that no block is known: reading the file from the front says what.
   */
  async end(): Promise<StoredEnd | undefined> {
    const { path, height } = this;
    const { places } = this.derived;
    try {
      const own = compareBlocks({ path, height, places }, this.progress);
      const last = (await this.helped) && own ? places.get(height - 1) : undefined;
      return last && { count: height, offset: endOf(last), last: await this.read(last) };
    } catch {
      return undefined;
    } finally {
      await this.giveUp();
    }
  }

  private async read({ offset, length }: BlockPlace): Promise<Buffer> {
    const file = await open(this.path);
    try {
      return await readAt(file, offset + HEADER_SIZE, length);
    } finally {
      await file.close();
    }
  }

  /** Ends the thread. */
  async giveUp(): Promise<void> {
    await this.helper?.terminate();
  }
}

/** False, too, when it ends without an answer. */
function answerOf(thread: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    thread.once('message', resolve);
    thread.once('error', () => resolve(false));
    thread.once('exit', () => resolve(false));
  });
}
