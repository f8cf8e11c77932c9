// Fabric ordering, by one queue: a block is cut as soon as the one before it is stored
import { assembleBlock, type Envelope, type SigningIdentity, validateBlock } from '#libs/fabric-block';
import type { Chain } from '../chain/chain.js';
import type { OwnEndorsements } from '../endorser/own-endorsements.js';
import { checkMessage, type FilterOptions } from './message-filter.js';
import { Rejection } from './rejection.js';

/** Genesis: BatchSize.MaxMessageCount and PreferredMaxBytes. */
const MAX_MESSAGES = 500;
const PREFERRED_BYTES = 2 * 1024 * 1024;
const MAX_WAITING = 2_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export interface OrdererOptions extends FilterOptions {
  identity: SigningIdentity;
  chain: Chain;
  /** Signatures that need not be verified. */
  own: OwnEndorsements;
  /** The chain can no longer be written: the process has to stop. */
  failed: (error: Error) => void;
}

interface Message {
  envelope: Uint8Array;
  /** As the message filter has found it. */
  checked: Envelope;
}

/** Takes envelopes and commits them in the order they came. What waits is lost in a crash; nothing was promised for it. */
export class Orderer {
  private readonly waiting: Message[] = [];
  private waitingBytes = 0;
  private working: Promise<void> | undefined;
  private broken = false;

  constructor(private readonly options: OrdererOptions) {}

  /** Checks the envelope and queues it. Throws Rejection. */
  submit(envelope: Uint8Array): void {
    if (this.broken || this.waiting.length >= MAX_WAITING || this.waitingBytes >= MAX_WAITING_BYTES)
      throw new Rejection('SERVICE_UNAVAILABLE', 'the orderer cannot take more messages now');
    const checked = checkMessage(envelope, this.options);
    this.waiting.push({ envelope, checked });
    this.waitingBytes += envelope.length;
    this.working ??= this.work();
  }

  private cut(): Message[] {
    let bytes = 0;
    let count = 0;
    for (const { envelope } of this.waiting) {
      if (count === MAX_MESSAGES || (count > 0 && bytes + envelope.length > PREFERRED_BYTES)) break;
      bytes += envelope.length;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        // Those that arrive in one turn of the event loop share a block.
        await new Promise((resolve) => setImmediate(resolve));
        await this.commit(this.cut());
      }
    } catch (error) {
      this.broken = true;
      this.options.failed(error as Error);
    } finally {
      this.working = undefined;
    }
  }

  private async commit(messages: readonly Message[]): Promise<void> {
    const { chain, identity, config, own } = this.options;
    const data = messages.map(({ envelope }) => envelope);
    const block = assembleBlock({
      number: chain.height,
      previousHash: chain.lastHeaderHash,
      data,
      lastConfig: 0,
      orderer: identity,
    });
    const hasTransaction = (txId: string) => chain.transaction(txId) !== undefined;
    const known = new Map(messages.map(({ envelope, checked }) => [envelope, checked]));
    const checked = (bytes: Uint8Array) => known.get(bytes);
    const verdict = validateBlock(block.number, data, {
      config,
      state: chain.state,
      hasTransaction,
      checked,
      isKnownEndorsement: (responsePayload, endorsement) => own.has(responsePayload, endorsement),
    });
    const txIds = messages.map((message) => message.checked.channelHeader.txId);
    await chain.commit(block, verdict, txIds);
  }

  /** When all that was taken is committed. */
  async idle(): Promise<void> {
    await this.working;
  }
}
