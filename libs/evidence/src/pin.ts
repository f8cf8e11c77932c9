// holdfast-pin/1, /2 and /3: what a verifier trusts, from outside of what it verifies
import { canonical, JsonError, type JsonObject, type JsonValue, parse } from '#libs/fhir-json';
import { parseVerifierKey } from '#libs/merkle';
import { isSite } from './event-record.js';
import { FormatError } from './format-error.js';
import { bytes, count, list, object, text } from './shape.js';

/** The format of a pin by which every organisation must endorse; a pin with `atLeast` is of FORMAT_OF_SOME, which older verifiers refuse. */
export const PIN_FORMAT = 'holdfast-pin/1';
const FORMAT_OF_SOME = 'holdfast-pin/2';
/** Of a log that began on another ledger: has `adopted`, and perhaps `atLeast`. */
const FORMAT_OF_ADOPTED = 'holdfast-pin/3';

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
  /** Where the log was before, and how it came here. */
  adopted?: Adopted;
}

/** The move of a log to the ledger of the pin. */
export interface Adopted {
  /** The pin of the ledger on which the log began. A log moves once, so this one has no other before it. */
  before: Pin;
  /** MSP ids, in order, of all organisations that must have endorsed the adoption. */
  organizations: string[];
  /** Fabric transaction id of the adoption, and the raw `common.Block` that holds it, in base64. */
  transaction: string;
  block: string;
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
  return checkAdopted(checkNumber(pin));
}

function checkAdopted(pin: Pin): Pin {
  const { adopted, site, peerMsps, origin } = pin;
  if (adopted === undefined) return pin;
  const { before, organizations } = adopted;
  if (before.adopted !== undefined) throw new FormatError('a log moves once: the pin before has another before it');
  if (before.site !== site || before.origin === origin) throw new FormatError('the pin before is of no ledger before');
  const ordered = organizations.every((mspId, i) => i === 0 || organizations[i - 1]! < mspId);
  if (organizations.length < 2 || !ordered) throw new FormatError('organizations are not two or more, in order');
  const stranger = organizations.find((mspId) => !Object.hasOwn(peerMsps, mspId));
  if (stranger !== undefined) throw new FormatError('peerMsps lacks an organisation that took the log over');
  return pin;
}

/** What stands for "each of them" is said in one way only. */
function checkNumber(pin: Pin): Pin {
  const { atLeast, endorsement } = pin;
  if (atLeast === undefined) return pin;
  if (new Set(endorsement).size < endorsement.length) throw new FormatError('endorsement names an organisation twice');
  if (Number.isInteger(atLeast) && atLeast >= 1 && atLeast < endorsement.length) return pin;
  throw new FormatError('atLeast is no number of organisations from 1 to one less than endorsement names');
}

function formatOf({ adopted, atLeast }: Pin): string {
  if (adopted !== undefined) return FORMAT_OF_ADOPTED;
  return atLeast === undefined ? PIN_FORMAT : FORMAT_OF_SOME;
}

function pinObject(pin: Pin): JsonObject {
  const { adopted, ...own } = checkPin(pin);
  const value = { format: formatOf(pin), ...own };
  return adopted === undefined ? value : { ...value, adopted: { ...adopted, before: pinObject(adopted.before) } };
}

/** Members by format, beside those that all have. */
const MORE: Record<string, { required: string[]; optional: string[] }> = {
  [PIN_FORMAT]: { required: [], optional: [] },
  [FORMAT_OF_SOME]: { required: ['atLeast'], optional: [] },
  [FORMAT_OF_ADOPTED]: { required: ['adopted'], optional: ['atLeast'] },
};

function readAdopted(value: JsonValue | undefined): Adopted {
  const members = object(value, 'adopted', ['before', 'organizations', 'transaction', 'block']);
  bytes(members.block, 'adopted.block');
  return {
    before: readPin(members.before),
    organizations: list(members.organizations, 'adopted.organizations', text),
    transaction: text(members.transaction, 'adopted.transaction'),
    block: text(members.block, 'adopted.block'),
  };
}

function readPin(value: JsonValue | undefined): Pin {
  const format = (value as JsonObject | null | undefined)?.format;
  const more = typeof format === 'string' && Object.hasOwn(MORE, format) ? MORE[format] : undefined;
  if (more === undefined) throw new FormatError(`the pin is not of the format ${Object.keys(MORE).join(' or ')}`);
  const members = object(value, 'the pin', [...MEMBERS, ...more.required], more.optional);
  const words = Object.fromEntries(WORDS.map((name) => [name, text(members[name], name)]));
  return checkPin({
    ...(words as Record<(typeof WORDS)[number], string>),
    ordererMsps: readRoots(members.ordererMsps, 'ordererMsps'),
    peerMsps: readRoots(members.peerMsps, 'peerMsps'),
    endorsement: list(members.endorsement, 'endorsement', text),
    ...(members.atLeast !== undefined && { atLeast: count(members.atLeast, 'atLeast') }),
    ...(members.adopted !== undefined && { adopted: readAdopted(members.adopted) }),
  });
}

/** Reads a pin file: strict in its members, free in white space. Throws FormatError. */
export function parsePin(source: Uint8Array): Pin {
  return readPin(pinValue(source));
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
  const sorted = JSON.parse(canonical(pinObject(pin))) as JsonObject;
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
