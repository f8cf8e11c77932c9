// holdfast-adoption/1: how a site's log went on, on another ledger than the one it began on
import { createHash } from 'node:crypto';
import { HASH_SIZE, leafHash, sameHash } from '#libs/merkle';
import { checkRange, readLogValue } from './batch.js';
import { opened, transactionOf, writtenLog } from './check-ledger.js';
import { FormatError } from './format-error.js';
import type { OpenBlock } from './open-block.js';
import { canonicalValue } from './opening.js';
import { type Pin, pinText } from './pin.js';
import type { ConsentValue, Violation } from './reliance.js';
import { bytes, count, list, object, text } from './shape.js';
import { demand } from './verdict.js';

const FORMAT = 'holdfast-adoption/1';
const MEMBERS = ['format', 'site', 'mspId', 'first', 'last', 'size', 'root', 'range', 'leaves', 'txId'];
const PAST = ['at', 'decided', 'consents', 'violations', 'before', 'organizations', 'carried'];

/** What the contract writes under `log:<site>` when a log is adopted. */
export interface AdoptionValue {
  site: string;
  mspId: string;
  /** The log as it was on the ledger before. */
  size: number;
  root: Buffer;
  txId: string;
  /** Where it was: hashes of the headers of the first and the last block, and of the text of the pin. */
  before: { channel: string; genesis: Buffer; block: number; blockHash: Buffer; pin: Buffer };
  /** MSP ids of all organisations that take it over. */
  organizations: string[];
  /** Root and size of the tree of the Consents that were carried over. */
  carried: { root: Buffer; size: number };
}

/** An adoption as its block shows it, with every signature checked. */
export interface Adoption extends AdoptionValue {
  blockNumber: bigint;
  /** MSP ids that endorsed it. */
  endorsers: string[];
}

const hash = (value: Parameters<typeof bytes>[0], name: string): Buffer => bytes(value, name, HASH_SIZE);

function isAdoption(source: Uint8Array): boolean {
  const value = canonicalValue(source, 'the ledger value');
  return (value as { format?: unknown } | null)?.format === FORMAT;
}

/** Reads that value; its range must give its root. Throws FormatError. */
export function readAdoptionValue(source: Uint8Array): AdoptionValue {
  const members = object(canonicalValue(source, 'the ledger value'), 'the adoption', [...MEMBERS, ...PAST]);
  if (members.format !== FORMAT) throw new FormatError(`the ledger value is not of the format ${FORMAT}`);
  const size = count(members.size, 'size');
  const root = hash(members.root, 'root');
  checkRange(size, root, list(members.range, 'range', hash));
  const before = object(members.before, 'before', ['channel', 'genesis', 'block', 'blockHash', 'pin']);
  const carried = object(members.carried, 'carried', ['root', 'size']);
  return {
    site: text(members.site, 'site'),
    mspId: text(members.mspId, 'mspId'),
    size,
    root,
    txId: text(members.txId, 'txId'),
    before: {
      channel: text(before.channel, 'channel'),
      genesis: hash(before.genesis, 'genesis'),
      block: count(before.block, 'block'),
      blockHash: hash(before.blockHash, 'blockHash'),
      pin: hash(before.pin, 'pin'),
    },
    organizations: list(members.organizations, 'organizations', text),
    carried: { root: hash(carried.root, 'carried.root'), size: count(carried.size, 'carried.size') },
  };
}

/** The state of a site's log, whatever the contract wrote last: a batch or an adoption. */
export interface LogHead {
  site: string;
  mspId: string;
  /** First leaf of the batch; of an adoption, where the next batch begins. */
  first: number;
  size: number;
  root: Buffer;
  txId: string;
  violations: Violation[];
}

/** Reads a value under `log:<site>` in any of its formats. Throws FormatError. */
export function readLogHead(source: Uint8Array): LogHead {
  if (!isAdoption(source)) return readLogValue(source);
  const { site, mspId, size, root, txId } = readAdoptionValue(source);
  return { site, mspId, first: size, size, root, txId, violations: [] };
}

/** SHA-256 of the one text of a pin. */
export function pinFingerprint(pin: Pin): Buffer {
  return createHash('sha256').update(pinText(pin)).digest();
}

/** RFC 6962 leaf of a version of a Consent, in the tree that an adoption commits to. */
export function consentLeaf({ handle, version, revoked, recorded, binding }: CarriedConsent): Buffer {
  const state = revoked ? 'revoked' : 'recorded';
  // Members in the order of RFC 8785, none of which needs an escape.
  return leafHash(Buffer.from(JSON.stringify({ binding, handle, recorded, state, version })));
}

/** A version of a Consent as it is carried over. */
export type CarriedConsent = Pick<ConsentValue, 'handle' | 'version' | 'revoked' | 'recorded' | 'binding'>;

/**
 * The adoption in the block that the pin names: VALID, made by the site's own organisation, endorsed by every one that the
 * pin names, and of the very log that the pin before is about. Throws Mismatch with the verdict, or FormatError.
 */
export function openAdoption(pin: Pin, openBlock: OpenBlock): Adoption {
  const { adopted } = pin;
  if (adopted === undefined) throw new FormatError('the pin knows of no ledger before this one');
  const block = opened(Buffer.from(adopted.block, 'base64'), pin, openBlock);
  const transaction = transactionOf(block.transactions, adopted.transaction);
  const value = readAdoptionValue(writtenLog(transaction, pin));
  const own = value.site === pin.site && value.txId === transaction.txId && value.mspId === transaction.creatorMsp;
  demand(own && value.mspId === pin.mspId, "the adoption was not made by the site's own organisation");
  const named = value.organizations.join() === adopted.organizations.join();
  demand(named, 'the adoption names other organisations than the pin');
  const missing = adopted.organizations.filter((mspId) => !transaction.endorsers.includes(mspId));
  demand(missing.length === 0, `the adoption is not endorsed by ${missing.join(', ')}`);
  checkPast(value, adopted.before);
  return { ...value, blockNumber: block.number, endorsers: transaction.endorsers };
}

function checkPast({ before }: AdoptionValue, pin: Pin): void {
  const sameChannel = before.channel === pin.channel && before.genesis.toString('hex') === pin.genesis;
  demand(sameChannel, 'the adoption is of a log on another ledger than that of the pin before');
  demand(sameHash(before.pin, pinFingerprint(pin)), 'the adoption names another pin before');
}
