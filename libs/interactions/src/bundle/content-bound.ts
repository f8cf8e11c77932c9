// RFC 7240: a preference may be ignored. The answer to a Bundle has content up to a bound.
import { FhirError } from '#libs/fhir-model';
import type { Answer } from '../answer.js';

/** Bytes of content in the answer to one Bundle. */
const MOST_CONTENT = 64 * 1024 * 1024;

/** Past the bound what is written is answered without content, whatever Prefer says, and what is read is refused. */
export class ContentBound {
  #bytes = 0;

  /** Whether there is room for so many bytes more. */
  takes(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= MOST_CONTENT;
  }

  /** @throws FhirError 413 where there is no room: who reads wants the content. */
  whole(answer: Answer): Answer {
    if (this.takes(answer.body?.length ?? 0)) return answer;
    const diagnostics = 'The answers to the entries before it fill this Bundle: ask for it in another one';
    throw new FhirError(413, { severity: 'error', code: 'too-costly', diagnostics });
  }

  bounded(answer: Answer): Answer {
    if (this.takes(answer.body?.length ?? 0)) return answer;
    const { body: _, ...rest } = answer;
    return rest;
  }
}
