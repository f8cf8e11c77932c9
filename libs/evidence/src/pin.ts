// holdfast-pin/1 and /2: what a verifier trusts, from outside of what it verifies
import { canonical, JsonError, type JsonObject, type JsonValue, parse } from '#libs/fhir-json';
import { parseVerifierKey } from '#libs/merkle';
import { isSite } from './event-record.js';
import { FormatError } from './format-error.js';
import { count, list, object, text } from './shape.js';

/** The format of a pin by which every organisation must endorse; a pin with `atLeast` is of FORMAT_OF_SOME, which older verifiers refuse. */
export const PIN_FORMAT = 'holdfast-pin/1';
const FORMAT_OF_SOME = 'holdfast-pin/2';

/** CA certificates (PEM) by MSP id. */
export type MspRoots = Record<string, string[]>;

export interface Pin {
  site: string;
  /** Name of the site's log: the first line of its checkpoints. */
  origin: string;
  /** Key that signs the checkpoints, as C2SP verifier key text; its name is the origin. */
  checkpointKey: string;
  channel: string;
  /** Name of the contract on the channel. */
  chaincode: string;
  /** The MSP that appends to the site's log. */
  mspId: string;
  /** Hash of the genesis block's header, 64 hex digits. */
  genesis: string;
  ordererMsps: MspRoots;
  peerMsps: MspRoots;
  /** MSPs whose endorsements count. */
  endorsement: string[];
  /** How many of them must have endorsed, as the channel's own policy demands: fewer than all. Undefined: each of them. */
  atLeast?: number;
  /** In words, who operates the ledger, and so what its signatures are worth. */
  operator: string;
}

/** What a pin of the embedded node says. */
export const ONE_OPERATOR = 'one operator holds all keys';

const WORDS = ['site', 'origin', 'checkpointKey', 'channel', 'chaincode', 'mspId', 'genesis', 'operator'] as const;
const MEMBERS = ['format', ...WORDS, 'ordererMsps', 'peerMsps', 'endorsement'];

function readRoots(value: JsonValue | undefined, name: string): MspRoots {
  const roots = object(value, name, [], Object.keys((value as JsonObject | null) ?? {}));
  if (Object.keys(roots).length === 0) throw new FormatError(`${name} names no organisation`);
  return Object.fromEntries(Object.entries(roots).map(([msp, pems]) => [msp, list(pems, `${name}.${msp}`, text)]));
}

function checkPin(pin: Pin): Pin {
  if (!isSite(pin.site)) throw new FormatError('site is no site name');
  if (parseVerifierKey(pin.checkpointKey)?.name !== pin.origin)
    throw new FormatError('checkpointKey is no key of the origin');
  if (!/^[0-9a-f]{64}$/.test(pin.genesis)) throw new FormatError('genesis is no SHA-256 hash in hex');
  const stranger = [...pin.endorsement, pin.mspId].find((msp) => !Object.hasOwn(pin.peerMsps, msp));
  if (stranger !== undefined) throw new FormatError('peerMsps lacks an organisation that endorses or appends');
  if (pin.endorsement.length === 0) throw new FormatError('endorsement names no organisation');
  return checkNumber(pin);
}

/** What stands for "each of them" is said in one way only. */
function checkNumber(pin: Pin): Pin {
  const { atLeast, endorsement } = pin;
  if (atLeast === undefined) return pin;
  if (new Set(endorsement).size < endorsement.length) throw new FormatError('endorsement names an organisation twice');
  if (Number.isInteger(atLeast) && atLeast >= 1 && atLeast < endorsement.length) return pin;
  throw new FormatError('atLeast is no number of organisations from 1 to one less than endorsement names');
}

const ofFormat = (pin: Pin) => ({ format: pin.atLeast === undefined ? PIN_FORMAT : FORMAT_OF_SOME, ...pin });

/** Reads a pin file: strict in its members, free in white space. Throws FormatError. */
export function parsePin(source: Uint8Array): Pin {
  const value = pinValue(source);
  const ofSome = (value as JsonObject | null)?.format === FORMAT_OF_SOME;
  const members = object(value, 'the pin', ofSome ? [...MEMBERS, 'atLeast'] : MEMBERS);
  if (!ofSome && members.format !== PIN_FORMAT)
    throw new FormatError(`the pin is not of the format ${PIN_FORMAT} or ${FORMAT_OF_SOME}`);
  const words = Object.fromEntries(WORDS.map((name) => [name, text(members[name], name)]));
  return checkPin({
    ...(words as Record<(typeof WORDS)[number], string>),
    ordererMsps: readRoots(members.ordererMsps, 'ordererMsps'),
    peerMsps: readRoots(members.peerMsps, 'peerMsps'),
    endorsement: list(members.endorsement, 'endorsement', text),
    ...(ofSome && { atLeast: count(members.atLeast, 'atLeast') }),
  });
}

function pinValue(source: Uint8Array): JsonValue {
  try {
    return parse(source).value;
  } catch (error) {
    if (error instanceof JsonError) throw new FormatError('the pin is no JSON');
    throw error;
  }
}

/** The text of a pin file: members sorted, indented, to be read and compared by people. Throws FormatError for a pin that `parsePin` would refuse. */
export function pinText(pin: Pin): string {
  const sorted = JSON.parse(canonical(ofFormat(checkPin(pin)))) as JsonObject;
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
