// RFC 7240: a preference may be ignored. The answer to a Bundle has content up to a bound.
import type { Answer } from '../answer.js';

/** Bytes of content in the answer to one Bundle. */
const MOST_CONTENT = 64 * 1024 * 1024;

/** Past the bound the entries of an answer have no content any more, whatever Prefer says. */
export class ContentBound {
  #bytes = 0;

  bounded(answer: Answer): Answer {
    this.#bytes += answer.body?.length ?? 0;
    if (this.#bytes <= MOST_CONTENT) return answer;
    const { body: _, ...rest } = answer;
    return rest;
  }
}
