// A network of two hospitals: what one of them, whose peer signs whatever it likes, can and cannot do to the Consents of the other
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { leafEntry, makeBatch, makeEvent } from '#libs/evidence';
import { CompactRange } from '#libs/merkle';
import { ANCHOR, AnchorNetwork } from './anchor-network.js';
import { type Forgery, forge, writing } from './forged-transaction.js';
import type { LedgerClient, Outcome } from './ledger-client.js';

const [A, B] = ['HospitalAMSP', 'HospitalBMSP'] as const;
const NOW = Date.now() * 1_000;

let anchor: AnchorNetwork;
let ofA: LedgerClient;

beforeAll(async () => {
  anchor = await AnchorNetwork.start();
  [ofA] = anchor.clients as [LedgerClient];
}, 120_000);

afterAll(() => anchor?.close());

const handleOf = (name: string) => createHash('sha256').update(name).digest('base64url');

/** A version of a Consent of hospital A. */
const consent = (name: string, version: number) => ({
  binding: NOW + version,
  handle: handleOf(name),
  recorded: NOW + version,
  site: `site-${name}`,
  version,
  witnesses: [B],
});

/** The value that such a version would have as a revocation that binds in a year. */
const rewritten = (name: string, version: number) =>
  JSON.stringify({
    binding: NOW + 365 * 86_400 * 1_000_000,
    by: A,
    format: 'holdfast-consent/1',
    handle: handleOf(name),
    recorded: NOW,
    state: 'revoked',
    txId: 'f'.repeat(64),
    version,
  });

/** A transaction that the peer of this organisation alone has signed, without running anything. */
function alone(organization: number, key: string, value: string, header?: Forgery['header']): Promise<Outcome> {
  const { client, peer } = anchor.network.organizations[organization]!;
  const results = writing(key, value, ANCHOR.name);
  const as = { creator: client.identity, endorsers: [peer.identity] };
  const forged = forge(anchor.network, {
    ...as,
    results,
    chaincode: ANCHOR.name,
    ran: ANCHOR,
    ...(header && { header }),
  });
  return anchor.clients[organization]!.orderEnvelope(forged);
}

/** A log of hospital A, each batch with one event that relied on version 1 of its Consent. */
class Log {
  private range = CompactRange.of();

  constructor(private readonly name: string) {}

  async relies(at: number): Promise<Outcome> {
    const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'c', definitions: 'x' } as const;
    const { leaf } = makeEvent(draft, this.site, BigInt(at));
    const relied = { handle: handleOf(this.name), version: 1, earliest: at, latest: at };
    const { argument, range } = makeBatch(this.site, this.range, leafEntry('permit', leaf), [relied]);
    this.range = range;
    return anchor.by(ofA, 'append', argument);
  }

  async violations(): Promise<string[]> {
    const { batches } = await anchor.ask(ofA, 'violations', { since: 0, site: this.site });
    return batches.flatMap((batch: { violations: { reason: string }[] }) => batch.violations.map((v) => v.reason));
  }

  private get site(): string {
    return `site-${this.name}`;
  }
}

const VALID = { code: 'VALID' };
const NOT_ENDORSED = { code: 'ENDORSEMENT_POLICY_FAILURE' };

describe('one organisation alone', () => {
  test.each([
    ['the other', 1],
    ['the custodian itself', 0],
  ])(
    'cannot rewrite a version of a Consent: %s',
    async (_, organization) => {
      const name = `written-${organization}`;
      const log = new Log(name);
      expect(await anchor.by(ofA, 'putConsent', consent(name, 1))).toMatchObject(VALID);
      expect(await anchor.by(ofA, 'revokeConsent', consent(name, 2))).toMatchObject(VALID);
      const key = `consent:${handleOf(name)}`;
      for (const version of [1, 2])
        expect(await alone(organization, `${key}:${version}`, rewritten(name, version))).toMatchObject(NOT_ENDORSED);
      expect(await alone(organization, `${key}:3`, rewritten(name, 3))).toMatchObject(NOT_ENDORSED);
      expect(await log.relies(NOW + 5)).toMatchObject(VALID);
      expect(await log.violations()).toEqual(['ENDED']);
    },
    60_000,
  );

  test('both together cannot either', async () => {
    const name = 'both';
    expect(await anchor.by(ofA, 'putConsent', consent(name, 1))).toMatchObject(VALID);
    const results = writing(`consent:${handleOf(name)}:1`, rewritten(name, 1), ANCHOR.name);
    const forged = forge(anchor.network, { results, chaincode: ANCHOR.name, ran: ANCHOR });
    expect(await ofA.orderEnvelope(forged)).toMatchObject(NOT_ENDORSED);
  }, 60_000);

  test('cannot take the way out from the other, if it is the custodian', async () => {
    const name = 'way-out';
    expect(await anchor.by(ofA, 'putConsent', consent(name, 1))).toMatchObject(VALID);
    expect(await alone(0, `escape:${handleOf(name)}:1`, 'none')).toMatchObject(NOT_ENDORSED);
  }, 60_000);
});

describe('whatever the other writes where it may stand in for the custodian', () => {
  const ended = (at: number) =>
    JSON.stringify({
      at: 0,
      escaped: { binding: at * 1_000, by: B, recorded: at * 1_000, txId: 'f'.repeat(64) },
      format: 'holdfast-escape/1',
      site: 'nowhere',
      witnesses: [B],
    });
  const at = (milliseconds: number) => ({ timestamp: { seconds: Math.floor(milliseconds / 1_000), nanos: 0 } });
  const days = (number: number) => number * 86_400_000;

  test.each<[string, () => [value: string, header?: Forgery['header']], string]>([
    ['garbage', () => ['no JSON'], 'UNREADABLE'],
    ['garbage in a transaction without a time', () => ['no JSON', { timestamp: undefined }], 'UNREADABLE'],
    ['an escape', () => [ended(Date.now())], 'NOT_VANISHED'],
    ['one of long ago', () => [ended(Date.now() - days(60)), at(Date.now() - days(60))], 'NOT_VANISHED'],
    ['one that is still to come', () => [ended(Date.now() + days(60)), at(Date.now() + days(60))], 'TOO_EARLY'],
  ])(
    '%s: the log goes on, the Consent as well, and everyone sees that it does not count',
    async (what, lie, fault) => {
      const of = what.replaceAll(' ', '-');
      const log = new Log(of);
      expect(await anchor.by(ofA, 'putConsent', consent(of, 1))).toMatchObject(VALID);
      expect(await log.relies(NOW + 5)).toMatchObject(VALID);
      const [value, header] = lie();
      const { code, txId } = await alone(1, `escape:${handleOf(of)}:1`, value, header);
      expect(code).toBe('VALID');
      expect(await log.relies(NOW + 6)).toMatchObject(VALID);
      expect(await log.violations()).toEqual([]);
      const story = await anchor.ask(ofA, 'consent', { handle: handleOf(of) });
      expect(story).toMatchObject({ custodian: A, escapes: [{ version: 1, txId, counts: 0, fault }] });
      expect(await anchor.by(ofA, 'revokeConsent', consent(of, 2))).toMatchObject(VALID);
    },
    60_000,
  );
});
