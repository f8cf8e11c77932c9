// Hyperledger Fabric 3.1, common/policies.proto and msp/msp_principal.proto: when a set of signers is enough
import { common, msp } from '@hyperledger/fabric-protos';
import type { Member } from './membership.js';

/** Whether these members, each counted once, are enough. */
export type Policy = (signers: readonly Member[]) => boolean;

/** What a policy that is absent, or not understood, says. */
export const NEVER: Policy = () => false;

const LARGEST = 1_000;

type Rule = (signers: readonly Member[], used: ReadonlySet<Member>) => ReadonlySet<Member> | undefined;
type Principal = (member: Member) => boolean;

/**
 * The policy of a SignaturePolicyEnvelope. As in Fabric a signer stands for one principal only, taken in order
 * without going back. Principals other than roles and single identities, and rules that are not well made, are never
 * satisfied.
 */
export function signaturePolicy(envelope: common.SignaturePolicyEnvelope): Policy {
  const principals = envelope.getIdentitiesList().map(principal);
  const compiled = envelope.getRule() && rule(envelope.getRule()!, principals, { left: LARGEST });
  return compiled ? (signers) => compiled(signers, new Set()) !== undefined : NEVER;
}

/** Undefined for a rule that is not well made or too large: then nothing satisfies the whole. */
function rule(
  message: common.SignaturePolicy,
  principals: readonly Principal[],
  size: { left: number },
): Rule | undefined {
  if (--size.left < 0) return undefined;
  const choice = message.getNOutOf();
  if (!choice) return message.hasSignedBy() ? signedBy(principals[message.getSignedBy()]) : undefined;
  const rules = choice.getRulesList().map((one) => rule(one, principals, size));
  return rules.every((one) => one !== undefined) ? outOf(choice.getN(), rules) : undefined;
}

function signedBy(satisfies: Principal | undefined): Rule | undefined {
  if (!satisfies) return undefined;
  return (signers, used) => {
    const signer = signers.find((one) => !used.has(one) && satisfies(one));
    return signer && new Set(used).add(signer);
  };
}

/** Tries every rule, also when there are enough already: what each uses up is Fabric's. */
function outOf(needed: number, rules: readonly Rule[]): Rule {
  return (signers, used) => {
    let [count, now] = [0, used];
    for (const one of rules) {
      const after = one(signers, now);
      if (after) [count, now] = [count + 1, after];
    }
    return count >= needed ? now : undefined;
  };
}

function principal(message: msp.MSPPrincipal): Principal {
  const { ROLE, IDENTITY } = msp.MSPPrincipal.Classification;
  if (message.getPrincipalClassification() === ROLE) return byRole(message.getPrincipal_asU8());
  if (message.getPrincipalClassification() === IDENTITY) return byIdentity(message.getPrincipal_asU8());
  return () => false;
}

function byRole(bytes: Uint8Array): Principal {
  const role = msp.MSPRole.deserializeBinary(bytes);
  const { MEMBER, ADMIN, CLIENT, PEER, ORDERER } = msp.MSPRole.MSPRoleType;
  const names = new Map<number, string>([
    [ADMIN, 'admin'],
    [CLIENT, 'client'],
    [PEER, 'peer'],
    [ORDERER, 'orderer'],
  ]);
  const name = names.get(role.getRole());
  const mspId = role.getMspIdentifier();
  return (member) => member.mspId === mspId && (role.getRole() === MEMBER || member.role === name);
}

function byIdentity(bytes: Uint8Array): Principal {
  const identity = msp.SerializedIdentity.deserializeBinary(bytes);
  const certificate = Buffer.from(identity.getIdBytes_asU8()).toString('utf8').trim();
  return (member) => member.mspId === identity.getMspid() && member.certificate.trim() === certificate;
}

/** ANY, ALL or a MAJORITY of policies; with none at all everything is enough, as in Fabric. */
export function implicitPolicy(message: common.ImplicitMetaPolicy, below: readonly Policy[]): Policy {
  const needed = implicitThreshold(message, below.length);
  return (signers) => below.filter((policy) => policy(signers)).length >= needed;
}

/** How many of `count` policies it takes. */
export function implicitThreshold(message: common.ImplicitMetaPolicy, count: number): number {
  const { ANY, ALL } = common.ImplicitMetaPolicy.Rule;
  const thresholds = new Map<number, number>([
    [ANY, 1],
    [ALL, count],
  ]);
  const majority = Math.floor(count / 2) + 1;
  return count === 0 ? 0 : (thresholds.get(message.getRule()) ?? majority);
}
