// What an operator with the site's key can do who has two batches endorsed on one base, and shows them to different people
import { generateKeyPairSync } from 'node:crypto';
import {
  type Batch,
  blockSha256,
  checkpointKeyText,
  decodeOpening,
  leafEntry,
  type MadeEvent,
  makeBatch,
  makeEvent,
  type Pin,
  receiptText,
  signCheckpoint,
  siteOrigin,
} from '#libs/evidence';
import {
  assembleBlock,
  type Block,
  blockFlags,
  commitBlock,
  decodeBlock,
  encodeBlock,
  headerHash,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { Network } from '#libs/fabric-network';
import type { Ledger } from '#libs/ledger';
import { CompactRange } from '#libs/merkle';

export interface Sent {
  event: MadeEvent;
  batch: Batch;
  txId: string;
  envelope: Uint8Array;
  /** What the ledger found of it; empty before it was sent. */
  code: string;
}

const WAIT_MS = 20_000;

export class ForkedLog {
  private readonly key = generateKeyPairSync('ed25519').privateKey;
  readonly pin: Pin;
  /** The VALID one, the refused one, and three on top of the VALID one: of one endorser alone, never sent, and sent. */
  batches!: Record<'shown' | 'hidden' | 'lone' | 'unsent' | 'next' | 'later' | 'foreign', Sent>;

  constructor(
    private readonly ledger: Ledger,
    private readonly network: Network,
    private readonly site: string,
  ) {
    const genesis = headerHash(decodeBlock(network.genesis));
    const origin = siteOrigin(site, genesis);
    this.pin = {
      site,
      origin,
      checkpointKey: checkpointKeyText(origin, this.key),
      ...network.trust,
      chaincode: network.chaincode,
      mspId: network.organizations[0]!.mspId,
      genesis: Buffer.from(genesis).toString('hex'),
      operator: 'two hospitals',
    };
  }

  async make(): Promise<void> {
    const none = CompactRange.of();
    const [one, other] = [await this.endorsed('shown', none), await this.endorsed('hidden', none)];
    const [shown, hidden] = [await this.sent(one), await this.sent(other)];
    const { range } = shown.batch;
    const lone = await this.endorsed('lone', range, this.site, [this.pin.mspId]);
    const unsent = await this.endorsed('unsent', range);
    const next = await this.sent(await this.endorsed('next', range));
    const later = await this.sent(await this.endorsed('later', next.batch.range));
    const foreign = await this.sent(await this.endorsed('foreign', none, `${this.site}-2`));
    this.batches = { shown, hidden, lone, unsent, next, later, foreign };
  }

  /** A batch of one event, endorsed but not sent. */
  async endorsed(client: string, before: CompactRange, of = this.site, endorsers?: string[]): Promise<Sent> {
    const draft = { action: 'read', decision: 'permit', outcome: 200, client, definitions: 'r4' } as const;
    const event = makeEvent(draft, of, BigInt(Date.now()) * 1000n);
    const batch = makeBatch(of, before, leafEntry('permit', event.leaf));
    return { event, batch, ...(await this.ledger.prepare('append', batch.argument, endorsers)), code: '' };
  }

  private async sent(one: Sent): Promise<Sent> {
    await this.ledger.submit(one.envelope, one.txId);
    return { ...one, code: (await this.ledger.status(one.txId, WAIT_MS))!.code };
  }

  /** The block that holds this transaction, with every flag in it set to VALID. */
  async flaggedValid({ txId }: Sent): Promise<Block> {
    const block = decodeBlock(await this.ledger.block(txId));
    return commitBlock(block, blockFlags(block).fill(VALIDATION_CODE.VALID));
  }

  /** Another block of the same number by the same orderer: `one` stands in it where `other` stands on the ledger. */
  async secondBlock(one: Sent, other: Sent): Promise<Block> {
    const { number, previousHash, data } = decodeBlock(await this.ledger.block(other.txId));
    const [stands, taken] = [Buffer.from(one.envelope), Buffer.from(other.envelope)];
    const replaced = data.map((envelope) => (taken.equals(envelope) ? stands : envelope));
    const { identity } = this.network.orderer;
    const block = assembleBlock({ number, previousHash, data: replaced, lastConfig: 0, orderer: identity });
    return commitBlock(block, new Uint8Array(data.length));
  }

  /** The receipt of the only event of a batch at the log's first place, over this block, signed by the site. */
  async receipt(one: Sent, successor?: Uint8Array, held?: Block): Promise<string> {
    const { event, batch, txId } = one;
    const decoded = held ?? (await this.flaggedValid(one));
    const block = Buffer.from(encodeBlock(decoded));
    const place = { txId, blockNumber: BigInt(decoded.number), blockSha256: blockSha256(block) };
    const { origin } = this.pin;
    return receiptText({
      record: event.record,
      opening: decodeOpening(event.opening),
      inclusion: { leafIndex: 0, treeSize: 1, hashes: [] },
      checkpoint: signCheckpoint({ origin, size: 1, root: batch.range.root(), ...place }, this.key),
      transaction: txId,
      block,
      successor,
    });
  }
}
