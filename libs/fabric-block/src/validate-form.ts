// Hyperledger Fabric 3.1, core/common/validation: form, creator and ids of a transaction, before any policy
import { common } from '@hyperledger/fabric-protos';
import { decodeMessage, present } from './canonical-message.js';
import { checkCreator, type Envelope } from './envelope.js';
import {
  decodeChannelHeader,
  decodeSignatureHeader,
  HEADER_TYPE,
  type SignatureHeader,
  transactionId,
} from './header.js';
import { proposalHash } from './proposal.js';
import { decodeProposalHash } from './response-payload.js';
import { decodeTransaction, type TransactionAction } from './transaction.js';
import { demand, Invalid, orInvalid, type ValidationContext } from './validation-context.js';

/** An endorser transaction in good form, of which nothing is said yet about endorsement or reads. */
export interface FormedTransaction {
  envelope: Envelope;
  action: TransactionAction;
}

const TYPES: ReadonlySet<number> = new Set([
  HEADER_TYPE.ENDORSER_TRANSACTION,
  HEADER_TYPE.CONFIG_UPDATE,
  HEADER_TYPE.CONFIG,
]);

/** Throws Invalid. A configuration is never valid here: whoever follows a channel applies it before. */
export function validateForm(bytes: Uint8Array, context: ValidationContext): FormedTransaction {
  const { config } = context;
  const known = context.checked?.(bytes);
  const envelope = known ?? openEnvelope(bytes);
  checkHeaders(envelope);
  const { type, channelId, txId } = envelope.channelHeader;
  const { nonce, creator } = envelope.signatureHeader;
  demand(channelId === config.channel, 'BAD_CREATOR_SIGNATURE');
  if (!known) orInvalid('BAD_CREATOR_SIGNATURE', () => checkCreator(envelope, config.members));
  demand(type !== HEADER_TYPE.CONFIG_UPDATE, 'UNSUPPORTED_TX_PAYLOAD');
  demand(type !== HEADER_TYPE.CONFIG, 'INVALID_CONFIG_TRANSACTION');
  demand(txId === transactionId(nonce, creator), 'BAD_PROPOSAL_TXID');
  return { envelope, action: orInvalid('INVALID_ENDORSER_TRANSACTION', () => onlyAction(envelope)) };
}

function openEnvelope(bytes: Uint8Array): Envelope {
  const envelope = orInvalid('INVALID_OTHER_REASON', () => decodeMessage(common.Envelope, bytes, 'envelope'));
  const payload = orInvalid('BAD_PAYLOAD', () => decodeMessage(common.Payload, envelope.getPayload_asU8(), 'payload'));
  return orInvalid('BAD_COMMON_HEADER', () => {
    const header = present(payload.getHeader(), 'header');
    const channelHeaderBytes = header.getChannelHeader_asU8();
    const signatureHeaderBytes = header.getSignatureHeader_asU8();
    return {
      payload: envelope.getPayload_asU8(),
      signature: envelope.getSignature_asU8(),
      channelHeader: decodeChannelHeader(channelHeaderBytes),
      signatureHeader: decodeSignatureHeader(signatureHeaderBytes),
      channelHeaderBytes,
      signatureHeaderBytes,
      data: payload.getData_asU8(),
    };
  });
}

function checkHeaders({ channelHeader: { type, epoch }, signatureHeader }: Envelope): void {
  demand(TYPES.has(type) && epoch === 0 && isWhole(signatureHeader), 'BAD_COMMON_HEADER');
}

function isWhole({ nonce, creator }: SignatureHeader): boolean {
  return nonce.length > 0 && creator.length > 0;
}

function onlyAction(envelope: Envelope): TransactionAction {
  const [action, ...others] = decodeTransaction(envelope.data);
  demand(action !== undefined && others.length === 0, 'INVALID_ENDORSER_TRANSACTION');
  const { headerBytes, proposalPayload, responsePayload } = action!;
  const expected = proposalHash({
    channelHeaderBytes: envelope.channelHeaderBytes,
    signatureHeaderBytes: headerBytes,
    payloadWithoutTransient: proposalPayload,
  });
  const bound = Buffer.compare(decodeProposalHash(responsePayload), expected) === 0;
  if (bound && isWhole(decodeSignatureHeader(headerBytes))) return action!;
  throw new Invalid('INVALID_ENDORSER_TRANSACTION');
}
