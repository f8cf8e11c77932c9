// RFC 7240: a preference may be ignored. The answer to a Bundle has content up to a bound.
import type { Answer } from '../answer.js';

/** Bytes of content in the answer to one Bundle. */
const MOST_CONTENT = 64 * 1024 * 1024;

/** Past the bound the entries of an answer have no content any more, whatever Prefer says. */
export class ContentBound {
  #bytes = 0;

  /** Whether there is room for so many bytes more. */
  takes(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= MOST_CONTENT;
  }

  bounded(answer: Answer): Answer {
    if (this.takes(answer.body?.length ?? 0)) return answer;
    const { body: _, ...rest } = answer;
    return rest;
  }
}
