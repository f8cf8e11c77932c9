// Hyperledger Fabric documentation, "Setting key-level endorsement policies": who must endorse a change of one key
import { common, msp } from '@hyperledger/fabric-protos';

function peerOf(mspId: string): msp.MSPPrincipal {
  const role = new msp.MSPRole();
  role.setMspIdentifier(mspId);
  role.setRole(msp.MSPRole.MSPRoleType.PEER);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(role.serializeBinary());
  return principal;
}

function signedBy(index: number): common.SignaturePolicy {
  const policy = new common.SignaturePolicy();
  policy.setSignedBy(index);
  return policy;
}

function outOf(number: number, rules: common.SignaturePolicy[]): common.SignaturePolicy {
  const threshold = new common.SignaturePolicy.NOutOf();
  threshold.setN(number);
  threshold.setRulesList(rules);
  const policy = new common.SignaturePolicy();
  policy.setNOutOf(threshold);
  return policy;
}

function policyOf(identities: readonly string[], rule: common.SignaturePolicy): Uint8Array {
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setVersion(0);
  envelope.setIdentitiesList(identities.map(peerOf));
  envelope.setRule(rule);
  return envelope.serializeBinary();
}

/** Peers of so many of the organisations. */
function someOf(organizations: readonly string[], number: number): Uint8Array {
  const all = organizations.map((_, index) => signedBy(index));
  return policyOf(organizations, outOf(number, all));
}

/** A peer of each of the organisations. */
export function everyonePolicy(organizations: readonly string[]): Uint8Array {
  return someOf(organizations, organizations.length);
}

/** No endorsement is enough, whoever gives it: the value stays as it is. */
export function nobodyPolicy(): Uint8Array {
  return someOf([], 1);
}

/** Peers of more than half of the organisations. */
export function majorityPolicy(organizations: readonly string[]): Uint8Array {
  return someOf(organizations, Math.floor(organizations.length / 2) + 1);
}
