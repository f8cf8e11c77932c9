// Hyperledger Fabric 3.1: which names channels, chaincodes and organisations may have
import type { NetworkDescription } from './network-description.js';

const CHANNEL = /^[a-z][a-z0-9.-]{0,248}$/;
const CHAINCODE = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/;
const ORGANIZATION = /^[A-Za-z][A-Za-z0-9-]{0,62}$/;

/**
 * Throws a sentence if a name is not allowed, if two organisations are called alike, or if there is none. Names
 * become folders, so this also keeps them in place.
 */
export function checkNames({ channel, chaincode, orderer, organizations }: NetworkDescription): void {
  const all = [orderer, ...organizations];
  expectMatch(CHANNEL, channel, 'channel');
  expectMatch(CHAINCODE, chaincode, 'chaincode');
  for (const { name, mspId } of all) {
    expectMatch(ORGANIZATION, name, 'organisation');
    expectMatch(ORGANIZATION, mspId, 'MSP');
  }
  if (organizations.length === 0) throw new Error('A network needs at least one peer organisation');
  const twice =
    hasTwice(all.map(({ name }) => name.toLowerCase())) || hasTwice(all.map(({ mspId }) => mspId.toLowerCase()));
  if (twice) throw new Error('Two organisations of a network cannot have the same name or MSP id');
}

function expectMatch(pattern: RegExp, name: string, what: string): void {
  if (!pattern.test(name)) throw new Error(`${JSON.stringify(name)} is not a name that a ${what} may have`);
}

function hasTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}
