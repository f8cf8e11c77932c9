// Fabric deliver service: one stream of requests, each answered with blocks and then a status
import { once } from 'node:events';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { common } from '@hyperledger/fabric-protos';
import { type Block, decodeEnvelope, HEADER_TYPE } from '#libs/fabric-block';
import type { Chain } from '../chain/chain.js';
import { whenThere } from '../chain/when-there.js';
import { type DeliverAccess, openDeliverRequest } from './deliver-request.js';
import { DeliverStatus } from './deliver-status.js';
import { readSeek, type Seek } from './seek.js';

type Status = common.StatusMap[keyof common.StatusMap];

/** How blocks and statuses are put into answers. */
export interface Answers<Response> {
  block(block: Block): Response;
  status(status: Status): Response;
}

export interface Delivery<Response> {
  chain: Chain;
  access: DeliverAccess;
  answers: Answers<Response>;
}

type Stream<Response> = ServerDuplexStream<common.Envelope, Response>;

function isConfiguration(block: Block): boolean {
  return decodeEnvelope(block.data[0]!).channelHeader.type === HEADER_TYPE.CONFIG;
}

/** A configuration goes whole to those who want headers alone, as in Fabric. */
function asked(block: Block, { headersOnly }: Seek): Block {
  return headersOnly && !isConfiguration(block) ? { ...block, data: [] } : block;
}

async function send<Response>(stream: Stream<Response>, response: Response, signal: AbortSignal): Promise<void> {
  if (!stream.write(response)) await once(stream, 'drain', { signal });
}

/** Throws DeliverStatus, also when all went well. */
async function answer<Response>(
  stream: Stream<Response>,
  envelope: common.Envelope,
  { chain, access, answers }: Delivery<Response>,
  signal: AbortSignal,
): Promise<never> {
  const request = openDeliverRequest(envelope, access);
  const seek = readSeek(request.seek, chain.height);
  for (let number = seek.start; ; number += 1) {
    if (!seek.waits && number >= chain.height) throw new DeliverStatus('NOT_FOUND');
    await whenThere(chain, number, signal);
    request.checkStill();
    await send(stream, answers.block(asked(await chain.decodedBlock(number), seek)), signal);
    if (number === seek.stop) throw new DeliverStatus('SUCCESS');
  }
}

/** Answers one request after the other until one fails or the client has no more; rejects with the signal's reason. */
export async function deliver<Response>(
  stream: Stream<Response>,
  delivery: Delivery<Response>,
  signal: AbortSignal,
): Promise<void> {
  // Leaving the loop must not destroy the stream: its last answer is still to be sent.
  for await (const envelope of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<common.Envelope>) {
    const ended = await answer(stream, envelope, delivery, signal).catch((error: unknown) => {
      if (error instanceof DeliverStatus) return error;
      throw error;
    });
    await send(stream, delivery.answers.status(ended.number), signal);
    if (ended.status !== 'SUCCESS') return;
  }
}
