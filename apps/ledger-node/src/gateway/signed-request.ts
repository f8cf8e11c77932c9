import type { ProposalContext } from '../endorser/proposal-checks.js';
import type { GatewayContext } from './gateway-context.js';
import { RpcError } from './rpc-error.js';

export interface SignedRequest {
  bytes: Uint8Array;
  identity: Uint8Array;
  signature: Uint8Array;
}

function isReader({ bytes, identity, signature }: SignedRequest, { config, now }: ProposalContext): boolean {
  try {
    const member = config.members.member(identity, now());
    return member.verify(bytes, signature) && (config.policy('/Channel/Application/Readers')?.([member]) ?? false);
  } catch {
    return false;
  }
}

/** Fabric's /Channel/Application/Readers: any member of the application's organisations. Throws RpcError. */
export function checkReader(request: SignedRequest, { access }: GatewayContext): void {
  if (isReader(request, access)) return;
  throw new RpcError(
    'PERMISSION_DENIED',
    'failed evaluating policy on signed data during check policy [/Channel/Application/Readers]: [the signer does not satisfy it]',
  );
}
