import type { ProposalContext } from '../endorser/proposal-checks.js';
import { resourcePolicy } from '../endorser/resource-policy.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './gateway-context.js';

export interface SignedRequest {
  bytes: Uint8Array;
  identity: Uint8Array;
  signature: Uint8Array;
}

function satisfies(
  policy: string,
  { bytes, identity, signature }: SignedRequest,
  { config, now }: ProposalContext,
): boolean {
  try {
    const member = config.members.member(identity, now());
    return member.verify(bytes, signature) && (config.policy(policy)?.([member]) ?? false);
  } catch {
    return false;
  }
}

/** The signer may use `resource`, such as gateway/CommitStatus: by default any reader of the application. Throws RpcError. */
export function checkReader(request: SignedRequest, resource: string, { access }: GatewayContext): void {
  const policy = resourcePolicy(access.config, resource);
  if (satisfies(policy, request, access)) return;
  throw new RpcError(
    'PERMISSION_DENIED',
    `failed evaluating policy on signed data during check policy [${policy}]: [the signer does not satisfy it]`,
  );
}
