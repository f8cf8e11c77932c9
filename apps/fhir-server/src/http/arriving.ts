// RFC 9110 section 6.4: content that is read while it arrives.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { badRequest } from '#libs/fhir-model';

/** Whoever sends nothing for so long has gone. */
const SILENCE_MILLISECONDS = 60_000;
/** What of refused content is still taken, so that the client can read the answer. */
const LEFT_OVER_BYTES = 16 * 1024 * 1024;
/** RFC 9112 section 9.6: whoever sends nothing more for so long after the answer has read it. */
const LINGER_MILLISECONDS = 1_000;

/** A body that nobody has read yet. */
export class Arriving {
  constructor(
    private readonly payload: IncomingMessage,
    private readonly inflated: Readable,
  ) {}

  /** Throws FhirError 400 where the client goes away or falls silent before the end. To be read once. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { payload, inflated } = this;
    payload.setTimeout(SILENCE_MILLISECONDS, () => payload.destroy());
    const gone = () => inflated.destroy(new Error('the client has gone'));
    if (inflated !== payload) payload.once('close', () => payload.complete || gone());
    try {
      // Left early, the connection must live on: the answer is still to be sent.
      yield* inflated.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    } catch {
      throw badRequest('The body could not be read to its end');
    } finally {
      payload.setTimeout(0);
    }
  }

  /** Once the answer is out: throws away what is still to come, or the connection, if that is too much. */
  end(): void {
    const { payload } = this;
    if (payload.readableEnded || payload.destroyed) return;
    let left = LEFT_OVER_BYTES;
    payload.unpipe();
    payload.setTimeout(LINGER_MILLISECONDS, () => payload.destroy());
    payload.on('data', (piece: Buffer) => {
      left -= piece.length;
      if (left < 0) payload.destroy();
    });
    payload.on('end', () => payload.setTimeout(0));
    payload.resume();
  }
}
