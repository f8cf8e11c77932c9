// Fabric deliver service, filtered blocks: what became of our transactions, told as their blocks are committed
import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import type { peer } from '@hyperledger/fabric-protos';
import { VALIDATION_CODE, validationCode } from '#libs/fabric-block';
import type { TransactionStatus } from './ledger.js';

export type FilteredBlocks = CloseableAsyncIterable<peer.FilteredBlock>;

/** Of a transaction of which the watch cannot tell: the gateway has to be asked. */
export const ASK = 'ask';
type Told = TransactionStatus | typeof ASK;

const MOST_EXPECTED = 2_000;
/** So long after the last transaction nobody listens any more. */
const IDLE_MS = 10_000;
const AGAIN_MS = 1_000;

/**
 * Listens to the peer's blocks while transactions are sent, so that not each of them has to be asked for, with a signature
 * and a call of its own. What it does not know for certain it does not say: of transactions from before it heard the first
 * block, of copies, and of all that is open when the stream ends.
 */
export class CommitWatch {
  private readonly expected = new Map<string, PromiseWithResolvers<Told>>();
  private blocks: FilteredBlocks | undefined;
  private isListening = false;
  /** A block has come: all that follow will. */
  private isLive = false;
  private isClosed = false;
  private lastExpected = 0;
  private lastTry = Number.NEGATIVE_INFINITY;

  /** `open` gives the blocks that are committed from now on. */
  constructor(private readonly open: () => Promise<FilteredBlocks>) {}

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

  private take(block: peer.FilteredBlock): void {
    this.isLive = true;
    if (this.expected.size === 0) return;
    const blockNumber = BigInt(block.getNumber());
    for (const transaction of block.getFilteredTransactionsList()) {
      const code = transaction.getTxValidationCode();
      const told = code === VALIDATION_CODE.DUPLICATE_TXID ? ASK : { code: validationCode(code), blockNumber };
      this.expected.get(transaction.getTxid())?.resolve(told);
    }
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
