// Fabric orderer, message processor: what may not even become part of a block
import {
  checkCreator,
  decodeEnvelope,
  type Envelope,
  HEADER_TYPE,
  type Member,
  type Membership,
} from '#libs/fabric-block';
import { Rejection } from './rejection.js';

/** Genesis: BatchSize.AbsoluteMaxBytes. */
const MAX_BYTES = 10 * 1024 * 1024;

export interface FilterOptions {
  channel: string;
  members: Membership;
  now: () => Date;
}

function decoded(bytes: Uint8Array): Envelope {
  try {
    return decodeEnvelope(bytes);
  } catch (error) {
    throw new Rejection('BAD_REQUEST', `bad envelope: ${(error as Error).message}`);
  }
}

function isWriter(creator: () => Member): boolean {
  try {
    const { role } = creator();
    return role === 'client' || role === 'admin';
  } catch {
    return false;
  }
}

function checkWriter(envelope: Envelope, { members, now }: FilterOptions): void {
  if (isWriter(() => checkCreator(envelope, members, now()))) return;
  throw new Rejection('FORBIDDEN', "the creator does not satisfy the policy '/Channel/Writers': permission denied");
}

/** The decoded message. Throws Rejection. A configuration must never come from a client: it would be ordered unchecked. */
export function checkMessage(bytes: Uint8Array, options: FilterOptions): Envelope {
  if (bytes.length > MAX_BYTES)
    throw new Rejection(
      'BAD_REQUEST',
      `message payload is ${bytes.length} bytes and exceeds maximum allowed ${MAX_BYTES} bytes`,
    );
  const envelope = decoded(bytes);
  const { type, channelId } = envelope.channelHeader;
  if (channelId !== options.channel) throw new Rejection('NOT_FOUND', `channel '${channelId}' does not exist`);
  if (type !== HEADER_TYPE.ENDORSER_TRANSACTION)
    throw new Rejection('BAD_REQUEST', `a message of header type ${type} cannot be ordered`);
  checkWriter(envelope, options);
  return envelope;
}
