import { unavailable } from '#libs/fhir-model';

const RETRY_AFTER_SECONDS = 5;

/** So many bytes may be in use at once, all requests together. */
export class Allowance {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** @throws FhirError 503 where there are not so many left. */
  take(bytes: number): void {
    if (bytes > this.#left) throw unavailable('Too many large requests at once', RETRY_AFTER_SECONDS);
    this.#left -= bytes;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}
