import type { peer } from '@hyperledger/fabric-protos';
import { BlockError, openProposal, type Proposal } from '#libs/fabric-block';
import { RpcError } from '../rpc/rpc-error.js';

/** The proposal inside a gateway request, of whatever channel. Throws RpcError with the code that fits what is wrong with it. */
export function openSignedProposal(signed: peer.SignedProposal | undefined): Proposal {
  if (!signed || signed.getProposalBytes_asU8().length === 0)
    throw new RpcError('INVALID_ARGUMENT', 'the proposed transaction must contain a signed proposal');
  return opened(signed);
}

function opened(signed: peer.SignedProposal): Proposal {
  try {
    return openProposal({
      proposalBytes: signed.getProposalBytes_asU8(),
      signature: signed.getSignature_asU8(),
    });
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    if (error.reason === 'MALFORMED') throw new RpcError('INVALID_ARGUMENT', error.message);
    const said = error.reason === 'TXID' ? `incorrectly computed txid: ${error.message}` : error.message;
    throw new RpcError('FAILED_PRECONDITION', `error validating proposal: ${said}`);
  }
}
