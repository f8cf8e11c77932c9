import { KeyObject } from 'node:crypto';
import { MacKey } from '#libs/evidence';
import { BrokenSeal, type Key, seal, unseal } from './seal.js';

/** First byte of what is kept: whose key it is under. */
const MASTER = 0;
const PATIENT = 1;

/**
 * The opening of an event as it is kept: under a key of its own, derived from the patient's key where the event is about
 * exactly one, from the site's otherwise. So one key may serve any number of events.
 */
export function sealOpening(opening: Uint8Array, eventId: Uint8Array, key: { patient?: Key; site: Key }) {
  const own = key.patient !== undefined;
  const sealed = seal(eventKey(key.patient ?? key.site, eventId), about(eventId), opening);
  return Buffer.concat([Buffer.of(own ? PATIENT : MASTER), sealed]);
}

/** Undefined when it is under a patient's key and that is gone. @throws BrokenSeal when it is not what was kept. */
export function openOpening(
  kept: Uint8Array,
  eventId: Uint8Array,
  key: { patient?: Key; site: Key },
): Buffer | undefined {
  if (kept[0] !== MASTER && kept[0] !== PATIENT) throw new BrokenSeal();
  const under = kept[0] === PATIENT ? key.patient : key.site;
  return under && unseal(eventKey(under, eventId), about(eventId), kept.subarray(1));
}

const PURPOSE = Buffer.from('holdfast event opening');

function eventKey(key: Key, eventId: Uint8Array): Buffer {
  return macKeyOf(key).mac(Buffer.concat([PURPOSE, eventId]));
}

/** Of keys that are in memory anyway. */
const macKeys = new WeakMap<KeyObject, MacKey>();

function macKeyOf(key: Key): MacKey {
  if (!(key instanceof KeyObject)) return new MacKey(key);
  const known = macKeys.get(key);
  if (known !== undefined) return known;
  const made = new MacKey(key.export());
  macKeys.set(key, made);
  return made;
}

function about(eventId: Uint8Array): string {
  return `holdfast event ${Buffer.from(eventId).toString('hex')}`;
}
