// A ledger on paper for the tests of this floor: its blocks are signed JSON. The real ones are tested where apps are.
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import {
  appendLeaves,
  appendToTiles,
  CompactRange,
  consistencyNodes,
  fromBase64,
  inclusionNodes,
  leafHash,
  proofFromTiles,
} from '#libs/merkle';
import {
  blockSha256,
  checkpointKeyText,
  contentOpening,
  decodeOpening,
  type EventDraft,
  type LedgerBlock,
  type LedgerEnvelope,
  type LedgerReader,
  type LedgerTrust,
  leafEntry,
  logKey,
  type MadeEvent,
  makeBatch,
  makeEvent,
  ONE_OPERATOR,
  type OpenBlock,
  type Pin,
  type Receipt,
  receiptText,
  type StoredContent,
  signCheckpoint,
  siteOrigin,
} from '../src/index.js';

export const TX = 'ab'.repeat(32);

class PaperFault extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is written on a sheet under the orderer's signature. */
function signedSheet(sheet: Uint8Array, trust: LedgerTrust) {
  const text = Buffer.from(sheet).toString('utf8');
  const end = text.lastIndexOf('\n');
  const [pem] = trust.ordererMsps.OrdererMSP ?? [];
  if (end < 0 || pem === undefined) throw new PaperFault('MALFORMED', 'no signature');
  if (!text.startsWith(pem)) throw new PaperFault('IDENTITY', 'signed by an orderer that is not pinned');
  const signature = fromBase64(text.slice(end + 1));
  if (!signature || !verify(null, Buffer.from(text.slice(0, end)), pem, signature)) {
    throw new PaperFault('SIGNATURE', 'the signature of the orderer is wrong');
  }
  return JSON.parse(text.slice(pem.length, end));
}

/** Opens a block made by `PaperLedger`: number, code, creator, chaincode and writes. */
export const openPaper: OpenBlock = (block, trust) => {
  const { number, transactions } = signedSheet(block, trust);
  return { number: BigInt(number), transactions: transactions.map(withBytes) } as LedgerBlock;
};

/** Opens both blocks and single transactions that a `PaperLedger` made. */
export const paper: LedgerReader = {
  openBlock: openPaper,
  openEnvelope: (envelope, trust) => withBytes(signedSheet(envelope, trust)) as LedgerEnvelope,
};

function withBytes<T extends object>(
  transaction: T & { namespaceWrites: { namespace: string; key: string; value: string }[] },
) {
  const namespaceWrites = transaction.namespaceWrites.map((write) => ({
    ...write,
    value: Buffer.from(write.value, 'base64'),
  }));
  return { ...transaction, namespaceWrites };
}

export interface Forgery {
  code?: string;
  reads?: LedgerEnvelope['namespaceReads'];
  creatorMsp?: string;
  namespace?: string;
  key?: string;
  txId?: string;
  value?: Record<string, unknown>;
}

/** One installation: its keys, its log, and receipts for its events. */
export class PaperLedger {
  readonly orderer = generateKeyPairSync('ed25519');
  readonly checkpointKey: KeyObject = generateKeyPairSync('ed25519').privateKey;
  readonly pem = this.orderer.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  readonly pin: Pin;
  readonly events: MadeEvent[] = [];

  constructor(site = 'site-1') {
    const genesis = leafHash(Buffer.from(this.pem));
    const origin = siteOrigin(site, genesis);
    this.pin = {
      site,
      origin,
      checkpointKey: checkpointKeyText(origin, this.checkpointKey),
      channel: 'holdfast',
      chaincode: 'anchor',
      mspId: 'AMSP',
      genesis: genesis.toString('hex'),
      ordererMsps: { OrdererMSP: [this.pem] },
      peerMsps: { AMSP: ['pem'] },
      endorsement: ['AMSP'],
      operator: ONE_OPERATOR,
    };
  }

  add(draft: EventDraft, time = 1_700_000_000_000_000n): number {
    this.events.push(makeEvent(draft, this.pin.site, time));
    return this.events.length - 1;
  }

  private range(size: number): CompactRange {
    const range = CompactRange.of();
    for (const event of this.events.slice(0, size)) range.append(event.leaf);
    return range;
  }

  private transaction(first: number, forgery: Forgery): object {
    const batch = makeBatch(
      this.pin.site,
      this.range(first),
      Buffer.concat(this.events.slice(first).map(({ leaf }) => leafEntry('permit', leaf))),
    );
    const { leaves, root, site, size } = batch.argument;
    const range = batch.range.hashes.map((hash) => hash.toString('base64'));
    const value = { first, last: size - 1, leaves, mspId: 'AMSP', range, root, site, size, txId: TX, ...forgery.value };
    const namespace = forgery.namespace ?? 'anchor';
    const write = {
      namespace,
      key: forgery.key ?? logKey(site),
      value: Buffer.from(JSON.stringify(value)).toString('base64'),
    };
    const { code = 'VALID', creatorMsp = 'AMSP', txId = TX } = forgery;
    return { txId, code, creatorMsp, chaincode: namespace, namespaceWrites: [write], endorsers: ['AMSP'] };
  }

  private signed(sheet: object): Buffer {
    const text = `${this.pem}${JSON.stringify(sheet)}`;
    return Buffer.from(`${text}\n${sign(null, Buffer.from(text), this.orderer.privateKey).toString('base64')}`);
  }

  /** A block that anchors the events from `first` on, with what `forgery` changes in it. */
  block(first: number, forgery: Forgery = {}): Buffer {
    return this.signed({ number: 7, transactions: [this.transaction(first, forgery)] });
  }

  /** The transaction by itself that anchors them, endorsed on top of the only one in block 7. */
  successor(first: number, forgery: Forgery = {}): Buffer {
    const version = { block: 7, transaction: 0 };
    const namespaceReads = forgery.reads ?? [{ namespace: 'anchor', key: logKey(this.pin.site), version }];
    return this.signed({ ...this.transaction(first, forgery), namespaceReads });
  }

  checkpoint(size: number, block: Buffer, key = this.checkpointKey): string {
    const place = { txId: TX, blockNumber: 7n, blockSha256: blockSha256(block) };
    return signCheckpoint({ origin: this.pin.origin, size, root: this.range(size).root(), ...place }, key);
  }

  private tile(size: number) {
    const leaves = this.events.slice(0, size).map((event) => event.leaf);
    const tiles = appendToTiles(0, appendLeaves(CompactRange.of(), Buffer.concat(leaves)), () => undefined);
    return (id: { level: number; index: number }) =>
      tiles.find((tile) => tile.level === id.level && tile.index === id.index)?.hashes;
  }

  consistency(size1: number, size2: number): Buffer[] {
    return proofFromTiles(consistencyNodes(size1, size2), this.tile(size2));
  }

  receipt(
    index: number,
    options: { first?: number; block?: Buffer; content?: StoredContent; key?: Buffer } = {},
  ): Receipt {
    const size = this.events.length;
    const block = options.block ?? this.block(options.first ?? 0);
    const event = this.events[index]!;
    return {
      record: event.record,
      opening: decodeOpening(event.opening),
      content: options.content && contentOpening(options.key!, options.content),
      inclusion: {
        leafIndex: index,
        treeSize: size,
        hashes: proofFromTiles(inclusionNodes(index, size), this.tile(size)),
      },
      checkpoint: this.checkpoint(size, block),
      transaction: TX,
      block,
    };
  }

  text(index: number, options: Parameters<PaperLedger['receipt']>[1] = {}): string {
    return receiptText(this.receipt(index, options));
  }
}
