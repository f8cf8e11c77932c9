import type { GatewayContext } from './gateway-context.js';
import { RpcError } from './rpc-error.js';

export interface SignedRequest {
  bytes: Uint8Array;
  identity: Uint8Array;
  signature: Uint8Array;
}

function isReader({ bytes, identity, signature }: SignedRequest, { access }: GatewayContext): boolean {
  try {
    const member = access.members.member(identity, access.now());
    return access.mspIds.includes(member.mspId) && member.verify(bytes, signature);
  } catch {
    return false;
  }
}

/** Fabric's /Channel/Application/Readers: any member of the application's organisations. Throws RpcError. */
export function checkReader(request: SignedRequest, context: GatewayContext): void {
  if (isReader(request, context)) return;
  throw new RpcError(
    'PERMISSION_DENIED',
    'failed evaluating policy on signed data during check policy [/Channel/Application/Readers]: [the signer does not satisfy it]',
  );
}
