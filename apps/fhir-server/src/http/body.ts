// RFC 9110 section 8.4 and FHIR R4 http.html: the body of a request as bytes, bounded before and after it is inflated.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badRequest, payloadTooLarge, unsupportedMediaType } from '#libs/fhir-model';
import type { Config } from '../config.js';
import { Allowance } from './allowance.js';
import { Arriving } from './arriving.js';
import { Pieces } from './pieces.js';
import { isContent } from './request-body.js';

/** For all of a body that is read before anything is done; content of Binaries has its own. */
const MILLISECONDS = 60_000;

/** How many of the largest batches and transactions may be in memory at once. */
const LARGEST_AT_ONCE = 2;

/** Lets in no batch or transaction without a valid token. Rejects with a FhirError 401. */
export type Admit = (request: FastifyRequest) => Promise<unknown>;

/**
 * Bodies arrive as the bytes that were sent, whatever their media type, inflated where they were compressed. A batch or
 * transaction may be larger than a resource: it is taken only from who has a token, and only as many at a time as memory holds.
 * Content of a Binary is left to be read when it is known that it may be written.
 */
export function receiveBodies(fastify: FastifyInstance, config: Config, admit: Admit): void {
  const allowance = new Allowance(LARGEST_AT_ONCE * config.maxBundleBytes);
  const taken = new WeakMap<IncomingMessage, number>();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (isContent(request)) return new Arriving(payload, inflated(request, payload));
    if (!isBundle(request)) return collected(request, payload, config.maxBodyBytes, () => undefined);
    await admit(request);
    return collected(request, payload, config.maxBundleBytes, (size) => {
      allowance.take(size);
      taken.set(request.raw, (taken.get(request.raw) ?? 0) + size);
    });
  });
  fastify.addHook('onResponse', async ({ raw, body }) => {
    if (body instanceof Arriving) body.end();
    allowance.giveBack(taken.get(raw) ?? 0);
    taken.delete(raw);
  });
}

function isBundle({ method, url }: FastifyRequest): boolean {
  return method === 'POST' && /^\/fhir\/?(\?|$)/.test(url);
}

/** `grow` hears of every piece before it is kept, and may throw. */
function collected(
  request: FastifyRequest,
  payload: IncomingMessage,
  limit: number,
  grow: (size: number) => void,
): Promise<Buffer> {
  const source = inflated(request, payload);
  return new Promise((resolve, reject) => {
    const pieces = new Pieces(Math.min(limit, source === payload ? Number(request.headers['content-length'] ?? 0) : 0));
    let size = 0;
    const stop = (error: unknown) => {
      clearTimeout(deadline);
      source.removeAllListeners('data');
      payload.unpipe();
      // What is still to come is thrown away, so that the client can read the answer.
      payload.resume();
      reject(error);
    };
    const deadline = setTimeout(() => stop(badRequest('The body took too long')), MILLISECONDS);
    source.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > limit) return stop(payloadTooLarge(limit));
      try {
        grow(piece.length);
        pieces.add(piece);
      } catch (error) {
        stop(error);
      }
    });
    source.once('end', () => {
      clearTimeout(deadline);
      resolve(pieces.whole());
    });
    source.once('error', () => stop(badRequest('The body could not be read to its end')));
    payload.once('error', () => stop(badRequest('The body could not be read to its end')));
  });
}

/** @throws FhirError 415 for another encoding than gzip. */
function inflated(request: FastifyRequest, payload: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return payload;
  if (encoding !== 'gzip') throw unsupportedMediaType('A body may be compressed with gzip only');
  return payload.pipe(createGunzip());
}
