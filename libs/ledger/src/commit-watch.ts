// Fabric deliver service, whole blocks: what became of our transactions, told as their blocks are committed
import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import { decodeEnvelope, METADATA, VALIDATION_CODE, validationCode } from '#libs/fabric-block';
import type { TransactionStatus } from './ledger.js';

export type Blocks = CloseableAsyncIterable<common.Block>;

/** Of a transaction of which the watch cannot tell: the gateway has to be asked. */
export const ASK = 'ask';
type Told = TransactionStatus | typeof ASK;

const MOST_EXPECTED = 2_000;
/** Blocks with a transaction of ours that are kept until they are asked for. */
const MOST_KEPT = 4;
/** Says nothing of the transaction itself. */
const UNCERTAIN = new Set(['DUPLICATE_TXID', 'NOT_VALIDATED']);
/** So long after the last transaction nobody listens any more. */
const IDLE_MS = 10_000;
const AGAIN_MS = 1_000;

interface Transaction {
  txId: string;
  code: string;
}

/** Those of the block that can be read: ours can. */
function transactionsIn(block: common.Block): Transaction[] {
  const flags = block.getMetadata()?.getMetadataList_asU8()[METADATA.TRANSACTIONS_FILTER] ?? [];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return envelopes.flatMap((envelope, index) => {
    try {
      const code = validationCode(flags[index] ?? VALIDATION_CODE.NOT_VALIDATED);
      return [{ txId: decodeEnvelope(envelope).channelHeader.txId, code }];
    } catch {
      return [];
    }
  });
}

/**
 * Listens to the peer's blocks while transactions are sent, so that neither what became of each nor its block has to be asked for,
 * with a signature and a call of its own. What it does not know for certain it does not say: of transactions from before it heard the first
 * block, of copies, and of all that is open when the stream ends.
 */
export class CommitWatch {
  private readonly expected = new Map<string, PromiseWithResolvers<Told>>();
  /** By transaction id, the oldest first. */
  private readonly kept = new Map<string, Uint8Array>();
  private blocks: Blocks | undefined;
  private isListening = false;
  /** A block has come: all that follow will. */
  private isLive = false;
  private isClosed = false;
  private lastExpected = 0;
  private lastTry = Number.NEGATIVE_INFINITY;

  /** `open` gives the blocks that are committed from now on. */
  constructor(private readonly open: () => Promise<Blocks>) {}

  /** To be called before a transaction is handed to ordering. */
  expect(txId: string): void {
    this.lastExpected = performance.now();
    if (!this.isListening && this.lastExpected - this.lastTry > AGAIN_MS) void this.listen();
    if (!this.isLive || this.expected.has(txId)) return;
    this.expected.set(txId, Promise.withResolvers());
    if (this.expected.size > MOST_EXPECTED) this.forget(this.expected.keys().next().value!);
  }

  private forget(txId: string): void {
    this.expected.get(txId)?.resolve(ASK);
    this.expected.delete(txId);
  }

  /** As soon as it is known; undefined when it is not in time. */
  async status(txId: string, timeoutMs: number): Promise<Told | undefined> {
    const expected = this.expected.get(txId);
    if (!expected) return ASK;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, undefined);
    });
    try {
      return await Promise.race([expected.promise, late]);
    } finally {
      clearTimeout(timer);
      if (this.expected.get(txId) === expected) this.expected.delete(txId);
    }
  }

  private async listen(): Promise<void> {
    this.isListening = true;
    this.lastTry = performance.now();
    try {
      this.blocks = await this.open();
      for await (const block of this.blocks) {
        this.take(block);
        if (this.isClosed || performance.now() - this.lastExpected > IDLE_MS) return;
      }
    } catch {
      // Whoever needs a status asks for it, and learns what is wrong.
    } finally {
      this.end();
    }
  }

  private take(block: common.Block): void {
    this.isLive = true;
    if (this.expected.size === 0) return;
    const blockNumber = BigInt(block.getHeader()?.getNumber() ?? 0);
    for (const { txId, code } of transactionsIn(block)) {
      const expected = this.expected.get(txId);
      if (!expected) continue;
      if (code === 'VALID') this.keep(txId, block);
      expected.resolve(UNCERTAIN.has(code) ? ASK : { code, blockNumber });
    }
  }

  private keep(txId: string, block: common.Block): void {
    if (this.kept.size >= MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(txId, block.serializeBinary());
  }

  /** The raw block in which the transaction was told to be VALID, if it is still kept. It is given once. */
  block(txId: string): Uint8Array | undefined {
    const kept = this.kept.get(txId);
    this.kept.delete(txId);
    return kept;
  }

  private end(): void {
    this.blocks?.close();
    this.blocks = undefined;
    this.isLive = false;
    this.isListening = false;
    for (const txId of this.expected.keys()) this.forget(txId);
  }

  /** Ends the stream; what is still awaited has to be asked for. */
  close(): void {
    this.isClosed = true;
    this.end();
  }
}
