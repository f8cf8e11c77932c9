// Hyperledger Fabric 3.1 documentation, "Endorsement policies": key-level (state-based) endorsement
import { common } from '@hyperledger/fabric-protos';
import type { NamespacePolicies } from './chaincode-definition.js';
import { decodeStateMetadata } from './key-metadata.js';
import type { Member } from './membership.js';
import { NEVER, type Policy, signaturePolicy } from './policy.js';
import { type NamespaceSet, VALIDATION_PARAMETER } from './read-write-set.js';
import type { ValidationState } from './validation-context.js';

interface Key {
  key: string;
  collection: string | undefined;
}

/** Policies of single keys before the block, and those that the block has already changed. */
export class KeyPolicies {
  readonly #changed = new Set<string>();
  readonly #state: ValidationState;

  constructor(state: ValidationState) {
    this.#state = state;
  }

  /**
   * The policy that a key has of its own; undefined where it has none. Never satisfied where an endorsed transaction
   * earlier in the block has changed it, even if that one fails later for what it read, or where it cannot be read.
   */
  of(namespace: string, { key, collection }: Key): Policy | undefined {
    if (this.#changed.has(name(namespace, { key, collection }))) return NEVER;
    const metadata = this.#state.get(namespace, key, collection)?.metadata;
    return metadata && keyPolicy(metadata);
  }

  /** To be called with every transaction of the block that was endorsed well enough. */
  change(sets: readonly NamespaceSet[]): void {
    for (const set of sets) {
      for (const key of describedKeys(set)) this.#changed.add(name(set.namespace, key));
    }
  }
}

function keyPolicy(metadata: Uint8Array): Policy | undefined {
  try {
    const parameter = decodeStateMetadata(metadata).find((entry) => entry.name === VALIDATION_PARAMETER)?.value;
    if (!parameter || parameter.length === 0) return undefined;
    return signaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(parameter));
  } catch {
    return NEVER;
  }
}

function name(namespace: string, { key, collection = '' }: Key): string {
  return `${namespace}\0${collection}\0${key}`;
}

/**
 * Whether the signers may write all that the set writes: for each key its own policy, without one that of its
 * collection, without one that of the chaincode. A transaction that is judged by none of these is judged by the
 * chaincode's, even if it writes nothing.
 */
export function writesSatisfy(
  set: NamespaceSet | undefined,
  policies: NamespacePolicies,
  signers: readonly Member[],
  keyPolicies: KeyPolicies,
): boolean {
  const keys = set ? [...writtenKeys(set), ...describedKeys(set)] : [];
  const asked = new Set(keys.map((key) => keyPolicies.of(set!.namespace, key) ?? policyAbove(key, policies)));
  if (asked.size === 0) asked.add(policies.chaincode);
  return [...asked].every((policy) => policy(signers));
}

function policyAbove({ collection }: Key, policies: NamespacePolicies): Policy {
  return collection === undefined ? policies.chaincode : (policies.collection(collection) ?? NEVER);
}

function writtenKeys({ writes, collections = [] }: NamespaceSet): Key[] {
  const hidden = collections.flatMap((set) =>
    set.writes.map(({ keyHash }) => ({ key: keyHash, collection: set.collection })),
  );
  return [...writes.map(({ key }) => ({ key, collection: undefined })), ...hidden];
}

function describedKeys({ metadataWrites, collections = [] }: NamespaceSet): Key[] {
  const hidden = collections.flatMap((set) =>
    set.metadataWrites.map(({ keyHash }) => ({ key: keyHash, collection: set.collection })),
  );
  return [...metadataWrites.map(({ key }) => ({ key, collection: undefined })), ...hidden];
}
