// Hyperledger Fabric 3.1 documentation, "Fabric chaincode lifecycle": definitions as `_lifecycle` keeps them in the state
import { common, peer } from '@hyperledger/fabric-protos';
import type { ChannelConfig } from './channel-config.js';
import { NEVER, type Policy, signaturePolicy } from './policy.js';
import type { ValidationState } from './validation-context.js';

export const LIFECYCLE = '_lifecycle';
const IMPLICIT_COLLECTION = '_implicit_org_';
/** Field 2, length-delimited, of the message in which `_lifecycle` keeps bytes; no published protocol file holds it. */
const BYTES_TAG = 0x12;

/** The endorsement policies that a write to a namespace is judged by. */
export interface NamespacePolicies {
  chaincode: Policy;
  /** Undefined: there is no such collection. */
  collection(name: string): Policy | undefined;
}

/**
 * Policies of a chaincode as last defined on the channel, or of `_lifecycle` itself. Throws for any other namespace,
 * or a definition that does not read.
 */
export function namespacePolicies(namespace: string, config: ChannelConfig, state: ValidationState): NamespacePolicies {
  const parameter = namespace === LIFECYCLE ? lifecyclePolicy() : validationParameter(namespace, state);
  const chaincode = applicationPolicy(parameter, config);
  return {
    chaincode,
    collection: (name) =>
      implicitCollection(name, config) ?? definedCollection(namespace, name, { config, state, chaincode }),
  };
}

function lifecyclePolicy(): peer.ApplicationPolicy {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference('/Channel/Application/LifecycleEndorsement');
  return policy;
}

/** Throws where the chaincode is not defined, or not with the validation that Fabric has built in. */
function validationParameter(chaincode: string, state: ValidationState): peer.ApplicationPolicy {
  const defined = state.get(LIFECYCLE, `namespaces/metadata/${chaincode}`) !== undefined;
  const info = peer.lifecycle.ChaincodeValidationInfo.deserializeBinary(field(chaincode, 'ValidationInfo', state));
  const parameter = info.getValidationParameter_asU8();
  if (!defined || info.getValidationPlugin() !== 'vscc' || parameter.length === 0) {
    throw new Error('there is no such chaincode on the channel');
  }
  return peer.ApplicationPolicy.deserializeBinary(parameter);
}

function field(chaincode: string, name: string, state: ValidationState): Uint8Array {
  const bytes = state.get(LIFECYCLE, `namespaces/fields/${chaincode}/${name}`)?.value ?? new Uint8Array();
  if (bytes[0] !== BYTES_TAG) return new Uint8Array();
  const end = bytes.findIndex((byte, index) => index > 0 && byte < 0x80);
  return bytes.subarray(end + 1);
}

function applicationPolicy(message: peer.ApplicationPolicy, config: ChannelConfig): Policy {
  const signature = message.getSignaturePolicy();
  return signature ? signaturePolicy(signature) : (config.policy(message.getChannelConfigPolicyReference()) ?? NEVER);
}

/** Every organisation has a collection of its own, that its peers alone endorse. */
function implicitCollection(name: string, config: ChannelConfig): Policy | undefined {
  if (!name.startsWith(IMPLICIT_COLLECTION)) return undefined;
  const organization = config.organizationName(name.slice(IMPLICIT_COLLECTION.length));
  return organization === undefined
    ? NEVER
    : (config.policy(`/Channel/Application/${organization}/Endorsement`) ?? NEVER);
}

function definedCollection(
  chaincode: string,
  name: string,
  known: { config: ChannelConfig; state: ValidationState; chaincode: Policy },
): Policy | undefined {
  const collections = common.CollectionConfigPackage.deserializeBinary(field(chaincode, 'Collections', known.state));
  const found = collections
    .getConfigList()
    .map((config) => config.getStaticCollectionConfig())
    .find((config) => config?.getName() === name);
  const own = found?.getEndorsementPolicy();
  if (!found) return undefined;
  return own
    ? applicationPolicy(peer.ApplicationPolicy.deserializeBinary(own.serializeBinary()), known.config)
    : known.chaincode;
}
