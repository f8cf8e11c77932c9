import {
  type Block,
  blockCommitHash,
  blockFlags,
  channelConfig,
  commitHash,
  compareUtf8,
  decodeBlock,
  decodeEnvelope,
  type StateUpdate,
  type StateValue,
  type ValidationState,
  validateBlock,
  validationCode,
} from '#libs/fabric-block';

/** A state in memory that sorts whenever it is asked for a range: plain, and right. */
class PlainState implements ValidationState {
  readonly #values = new Map<string, StateUpdate>();

  get(namespace: string, key: string, collection = ''): StateValue | undefined {
    const found = this.#values.get(`${namespace}\0${collection}\0${key}`);
    return found?.value && { value: found.value, metadata: found.metadata, version: found.version };
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateUpdate][] {
    return [...this.#values.values()]
      .filter((one) => one.namespace === namespace && one.collection === undefined && one.value !== undefined)
      .filter(({ key }) => compareUtf8(startKey, key) <= 0 && (endKey === '' || compareUtf8(key, endKey) < 0))
      .sort((a, b) => compareUtf8(a.key, b.key))
      .slice(0, limit)
      .map((one) => [one.key, one]);
  }

  apply(updates: readonly StateUpdate[]): void {
    for (const update of updates) {
      this.#values.set(`${update.namespace}\0${update.collection ?? ''}\0${update.key}`, update);
    }
  }
}

/** What a block says of itself, or what it should say: codes in order and COMMIT_HASH. */
export interface Judgement {
  codes: string[];
  commitHash: string;
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

export function recordedJudgement(block: Block): Judgement {
  return { codes: [...blockFlags(block)].map(validationCode), commitHash: hex(blockCommitHash(block)) };
}

/** Judges all blocks again from the first one alone, with nothing that the ledger says of their validity. */
export function judge(blocks: readonly Uint8Array[]): Judgement[] {
  const [genesis, ...rest] = blocks.map(decodeBlock);
  const config = channelConfig(genesis!);
  const state = new PlainState();
  const known = new Set<string>();
  let previous: Uint8Array | undefined;
  return rest.map((block) => {
    const context = { config, state, hasTransaction: (txId: string) => known.has(txId) };
    const { flags, updates } = validateBlock(block.number, block.data, context);
    state.apply(updates);
    for (const txId of block.data.map(idOf)) known.add(txId);
    previous = commitHash(flags, updates, previous);
    return { codes: [...flags].map(validationCode), commitHash: hex(previous) };
  });
}

function idOf(bytes: Uint8Array): string {
  try {
    return decodeEnvelope(bytes).channelHeader.txId;
  } catch {
    return '';
  }
}
