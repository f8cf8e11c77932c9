// FHIR R4 http.html: an answer of an interaction as it goes over the wire.
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FhirError, operationOutcome, unexpected } from '#libs/fhir-model';
import type { Answer } from '#libs/interactions';
import { inFormat } from './format.js';
import { FHIR_JSON, type Format } from './negotiate.js';

/** Below this many bytes compressing costs more than it saves. */
const WORTH_COMPRESSING = 1024;

/** Read ahead of the client. */
const AHEAD_BYTES = 256 * 1024;

const compressed = promisify(gzip);

/**
 * Sends an answer; a body is stored text and goes out byte for byte, compressed for clients that take gzip. `brokeOff` hears
 * why a stream ended before its end; the client sees that by its length.
 */
export async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  brokeOff: (error: unknown) => void = () => undefined,
): Promise<void> {
  reply.status(answer.status).headers(answer.headers);
  if (answer.stream !== undefined) {
    reply.header('content-type', answer.contentType ?? FHIR_JSON).header('vary', 'Accept');
    // Of an empty stream the framework leaves the length as it is.
    void reply.send(request.method === 'HEAD' ? Readable.from([]) : streamed(answer.stream, brokeOff));
    return;
  }
  if (answer.body === undefined) {
    void reply.send();
    return;
  }
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  reply.header('content-type', answer.contentType ?? FHIR_JSON).header('vary', 'Accept, Accept-Encoding');
  const isWorth = body.length >= WORTH_COMPRESSING && answer.headers['accept-ranges'] === undefined;
  if (!isWorth || !takesGzip(request.headers['accept-encoding'])) void reply.send(body);
  else void reply.header('content-encoding', 'gzip').send(await compressed(body, { level: 4 }));
}

/** Read no faster than the client does. */
function streamed(source: AsyncIterable<Uint8Array>, brokeOff: (error: unknown) => void): Readable {
  return Readable.from(source, { objectMode: false, highWaterMark: AHEAD_BYTES }).once('error', brokeOff);
}

/** RFC 9110 section 12.5.3. */
export function takesGzip(header: string | string[] | undefined): boolean {
  return [header ?? '']
    .flat()
    .join(',')
    .split(',')
    .some((coding) => /^\s*(gzip|\*)\s*(;|$)/i.test(coding) && !/;\s*q=0(\.0+)?\s*$/.test(coding));
}

/** Sends a refusal as an OperationOutcome. What is no FhirError says nothing of itself: its text may hold SQL or a patient. */
export function sendError(reply: FastifyReply, error: unknown, format: Format = 'json'): void {
  const refusal = error instanceof FhirError ? error : unexpected();
  const body = JSON.stringify(operationOutcome(refusal.issues));
  const answer = inFormat({ status: refusal.status, headers: refusal.headers, body }, format);
  reply.status(answer.status).headers(answer.headers);
  void reply.header('content-type', answer.contentType ?? FHIR_JSON).send(answer.body);
}
