// Fabric orderer, message processor: what may not even become part of a block
import { type ChannelConfig, checkCreator, decodeEnvelope, type Envelope, HEADER_TYPE } from '#libs/fabric-block';
import { hasExpired } from '../endorser/expiry.js';
import { Rejection } from './rejection.js';

/** Genesis: BatchSize.AbsoluteMaxBytes. */
const MAX_BYTES = 10 * 1024 * 1024;

export interface FilterOptions {
  config: ChannelConfig;
  now: () => Date;
}

function decoded(bytes: Uint8Array): Envelope {
  try {
    return decodeEnvelope(bytes);
  } catch (error) {
    throw new Rejection('BAD_REQUEST', `bad envelope: ${(error as Error).message}`);
  }
}

function isWriter(envelope: Envelope, { config, now }: FilterOptions): boolean {
  try {
    const creator = checkCreator(envelope, config.members, now());
    return config.policy('/Channel/Writers')?.([creator]) ?? false;
  } catch {
    return false;
  }
}

/** The decoded message. Throws Rejection. A configuration must never come from a client: it would be ordered unchecked. */
export function checkMessage(bytes: Uint8Array, options: FilterOptions): Envelope {
  const envelope = decoded(bytes);
  if (hasExpired(envelope.signatureHeader.creator, options))
    throw new Rejection('BAD_REQUEST', 'broadcast client identity expired');
  if (bytes.length > MAX_BYTES)
    throw new Rejection(
      'BAD_REQUEST',
      `message payload is ${bytes.length} bytes and exceeds maximum allowed ${MAX_BYTES} bytes`,
    );
  const { type, channelId } = envelope.channelHeader;
  if (channelId !== options.config.channel) throw new Rejection('NOT_FOUND', `channel '${channelId}' does not exist`);
  if (type !== HEADER_TYPE.ENDORSER_TRANSACTION)
    throw new Rejection('BAD_REQUEST', `a message of header type ${type} cannot be ordered`);
  if (!isWriter(envelope, options))
    throw new Rejection('FORBIDDEN', "the creator does not satisfy the policy '/Channel/Writers': permission denied");
  return envelope;
}
