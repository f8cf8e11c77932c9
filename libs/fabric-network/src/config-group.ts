// Hyperledger Fabric 3.1, common/configtx.proto: ConfigGroup
import { common } from '@hyperledger/fabric-protos';
import type { PolicyName } from './config-policy.js';

interface Content {
  serializeBinary(): Uint8Array;
}

export interface GroupParts {
  values: Record<string, Content>;
  policies: Partial<Record<PolicyName, common.Policy>>;
  groups?: Record<string, common.ConfigGroup>;
}

/**
 * Only admins of the group may change what is in it. Peers accept an empty mod_policy in silence, so it is never left
 * out.
 */
const MOD_POLICY = 'Admins';

/** A group of a channel configuration: values, policies and groups by name, changed by its Admins alone. */
export function configGroup(parts: GroupParts): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(MOD_POLICY);
  for (const [name, content] of Object.entries(parts.values)) group.getValuesMap().set(name, configValue(content));
  for (const [name, policy] of Object.entries(parts.policies)) group.getPoliciesMap().set(name, configPolicy(policy));
  for (const [name, child] of Object.entries(parts.groups ?? {})) group.getGroupsMap().set(name, child);
  return group;
}

function configValue(content: Content): common.ConfigValue {
  const value = new common.ConfigValue();
  value.setValue(content.serializeBinary());
  value.setModPolicy(MOD_POLICY);
  return value;
}

function configPolicy(content: common.Policy): common.ConfigPolicy {
  const policy = new common.ConfigPolicy();
  policy.setPolicy(content);
  policy.setModPolicy(MOD_POLICY);
  return policy;
}

/** Capabilities value: what every node of the channel must be able to do. */
export function capabilities(...names: string[]): common.Capabilities {
  const message = new common.Capabilities();
  for (const name of names) message.getCapabilitiesMap().set(name, new common.Capability());
  return message;
}
