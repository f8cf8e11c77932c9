import type { GatewayContext } from './gateway-context.js';
import { RpcError } from './rpc-error.js';

export interface SignedRequest {
  bytes: Uint8Array;
  identity: Uint8Array;
  signature: Uint8Array;
}

/** Fabric's /Channel/Application/Readers: any member of the application's organisations. Throws RpcError. */
export function checkReader({ bytes, identity, signature }: SignedRequest, { access }: GatewayContext): void {
  const denied = new RpcError(
    'PERMISSION_DENIED',
    'failed evaluating policy on signed data during check policy [/Channel/Application/Readers]: [the signer does not satisfy it]',
  );
  try {
    const member = access.members.member(identity, access.now());
    if (access.mspIds.includes(member.mspId) && member.verify(bytes, signature)) return;
  } catch {
    throw denied;
  }
  throw denied;
}
