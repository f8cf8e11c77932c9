// Hyperledger Fabric 3.1, common/policies.proto: the policies of a channel configuration
import { common, msp } from '@hyperledger/fabric-protos';

export type PolicyName = 'Readers' | 'Writers' | 'Admins' | 'Endorsement' | 'LifecycleEndorsement' | 'BlockValidation';
type Rule = keyof typeof common.ImplicitMetaPolicy.Rule;
type PolicyRole = keyof typeof msp.MSPRole.MSPRoleType;

/** Asks the groups below: ANY, ALL or a MAJORITY of their policies called `subPolicy`. */
export function implicitPolicy(rule: Rule, subPolicy: PolicyName): common.Policy {
  const content = new common.ImplicitMetaPolicy();
  content.setRule(common.ImplicitMetaPolicy.Rule[rule]);
  content.setSubPolicy(subPolicy);
  return policy(common.Policy.PolicyType.IMPLICIT_META, content);
}

/** One signature by any of the roles in the organisation. */
export function rolePolicy(mspId: string, roles: readonly PolicyRole[]): common.Policy {
  const content = new common.SignaturePolicyEnvelope();
  content.setRule(anyOf(roles.length));
  content.setIdentitiesList(roles.map((role) => principal(mspId, role)));
  return policy(common.Policy.PolicyType.SIGNATURE, content);
}

function policy(
  type: common.Policy.PolicyTypeMap[keyof common.Policy.PolicyTypeMap],
  content: common.ImplicitMetaPolicy | common.SignaturePolicyEnvelope,
): common.Policy {
  const message = new common.Policy();
  message.setType(type);
  message.setValue(content.serializeBinary());
  return message;
}

function anyOf(count: number): common.SignaturePolicy {
  const choice = new common.SignaturePolicy.NOutOf();
  choice.setN(1);
  choice.setRulesList(Array.from({ length: count }, (_, index) => signedBy(index)));
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(choice);
  return rule;
}

function signedBy(index: number): common.SignaturePolicy {
  const rule = new common.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

function principal(mspId: string, role: PolicyRole): msp.MSPPrincipal {
  const content = new msp.MSPRole();
  content.setMspIdentifier(mspId);
  content.setRole(msp.MSPRole.MSPRoleType[role]);
  const message = new msp.MSPPrincipal();
  message.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  message.setPrincipal(content.serializeBinary());
  return message;
}
