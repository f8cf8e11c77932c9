// Fabric deliver service, checks of a request: header, time, channel, and whether its signer may have blocks
import type { common } from '@hyperledger/fabric-protos';
import { checkCreator, decodeEnvelope, type Envelope, headerTime, type Member } from '#libs/fabric-block';
import { type ProposalContext, TIME_WINDOW } from '../endorser/proposal-checks.js';
import { SMALL_REQUEST } from '../rpc/calls.js';
import { DeliverStatus } from './deliver-status.js';

/** `policy` is the path of what the signer has to satisfy. */
export interface DeliverAccess extends ProposalContext {
  policy: string;
}

export interface DeliverRequest {
  /** Encoded SeekInfo. */
  seek: Uint8Array;
  /** Throws DeliverStatus FORBIDDEN once the signer's certificate has expired. */
  checkStill(): void;
}

/** A stream that waits for blocks keeps its request, and many may wait. */
function opened(message: common.Envelope): Envelope {
  const bytes = message.serializeBinary();
  if (bytes.length > SMALL_REQUEST) throw new DeliverStatus('BAD_REQUEST');
  try {
    return decodeEnvelope(bytes);
  } catch {
    throw new DeliverStatus('BAD_REQUEST');
  }
}

function checkTime({ channelHeader }: Envelope, now: Date): void {
  const at = headerTime(channelHeader);
  if (!at || Math.abs(at.getTime() - now.getTime()) > TIME_WINDOW) throw new DeliverStatus('BAD_REQUEST');
}

function reader(envelope: Envelope, { config, now, policy }: DeliverAccess): Member {
  try {
    const member = checkCreator(envelope, config.members, now());
    if (config.policy(policy)?.([member])) return member;
  } catch {
    // Who it is does not matter to the answer.
  }
  throw new DeliverStatus('FORBIDDEN');
}

/** Throws DeliverStatus. */
export function openDeliverRequest(message: common.Envelope, access: DeliverAccess): DeliverRequest {
  const envelope = opened(message);
  checkTime(envelope, access.now());
  if (envelope.channelHeader.channelId !== access.config.channel) throw new DeliverStatus('NOT_FOUND');
  const { x509 } = reader(envelope, access);
  return {
    seek: envelope.data,
    checkStill() {
      if (x509.validToDate < access.now()) throw new DeliverStatus('FORBIDDEN');
    },
  };
}
