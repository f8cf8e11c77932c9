// offerAdoption, carryConsents, adopt: how a log goes on here that began on another channel
import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompactRange } from '../../../libs/merkle/src/index.js';
import { AnchorContract } from '../src/anchor-contract.js';
import { canonicalJson } from '../src/canonical-json.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf, treeHead } from './plain-log.js';

const contract = new AnchorContract();
const SITE = 'site-a';
const OWN = 'AMSP';
const ORGANIZATIONS = ['AMSP', 'BMSP', 'CMSP'];
const hash = (text: string) => createHash('sha256').update(text).digest('base64');
const handle = (text: string) => createHash('sha256').update(text).digest('base64url');
const leaves = Array.from({ length: 11 }, (_, i) => leafOf(`leaf ${i}`));

const CONSENTS = ['x', 'y', 'z']
  .flatMap((name) => [1, 2].map((version) => ({ name, version })))
  .map(({ name, version }) => ({
    binding: version * 10 + 1,
    handle: handle(name),
    recorded: version * 10,
    state: name === 'y' && version === 2 ? 'revoked' : 'recorded',
    version,
  }))
  .sort((a, b) => (a.handle === b.handle ? a.version - b.version : a.handle < b.handle ? -1 : 1));
const consentRoot = (consents: readonly object[]) =>
  treeHead(consents.map((one) => leafOf(canonicalJson(one as never)))).toString('base64');

function offer(consents: readonly object[] = CONSENTS, change: object = {}) {
  const range = CompactRange.of();
  for (const leaf of leaves) range.append(leaf);
  return {
    before: { block: 9, blockHash: hash('last'), channel: 'holdfast', genesis: hash('genesis'), pin: hash('pin') },
    consents: { root: consentRoot(consents), size: consents.length },
    decided: 77,
    organizations: ORGANIZATIONS,
    range: range.hashes.map((one) => one.toString('base64')),
    root: range.root().toString('base64'),
    site: SITE,
    size: leaves.length,
    ...change,
  };
}

class Channel {
  readonly state = new LedgerState();

  /** Runs the function as a client of this organisation; gives the refusal, or undefined. */
  async call(fn: 'offerAdoption' | 'carryConsents' | 'adopt' | 'append' | 'putConsent', argument: object, mspId = OWN) {
    try {
      await contract[fn](this.state.context(mspId), textOf(argument));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  value(key: string) {
    const bytes = this.state.values.get(key);
    return bytes && JSON.parse(bytes.toString('utf8'));
  }

  async adopted(consents: readonly object[] = CONSENTS) {
    await this.call('offerAdoption', offer(consents));
    if (consents.length > 0) await this.call('carryConsents', { consents, first: 0, site: SITE });
    return this.call('adopt', { root: offer().root, site: SITE, size: leaves.length });
  }
}

describe('a log that is offered', () => {
  it('binds its key to every organisation, so that what follows needs all of them', async () => {
    const channel = new Channel();
    expect(await channel.call('offerAdoption', offer())).toBeUndefined();
    const policy = common.SignaturePolicyEnvelope.deserializeBinary(channel.state.policies.get(`adoption:${SITE}`)!);
    expect(policy.getIdentitiesList()).toHaveLength(3);
    expect(policy.getRule()?.getNOutOf()?.getN()).toBe(3);
    expect(channel.value(`log:${SITE}`)).toBeUndefined();
  });

  it('is named when it is offered again, and can be replaced until it is adopted', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer());
    expect(await channel.call('offerAdoption', offer())).toBe('ALREADY_OFFERED tx1');
    expect(await channel.call('offerAdoption', offer(CONSENTS.slice(0, 2)))).toBeUndefined();
    expect(await channel.call('offerAdoption', offer(), 'BMSP')).toMatch(/^FOREIGN_SITE /);
    expect(await channel.adopted()).toBeUndefined();
    expect(await channel.call('offerAdoption', offer())).toMatch(/^ALREADY_ADOPTED tx\d/);
    expect(await channel.call('offerAdoption', offer([]))).toMatch(/^HAS_LOG /);
  });

  it.each<[string, object]>([
    ['no leaves', { size: 0, range: [] }],
    ['a range that does not give the root', { root: hash('other') }],
    ['a range of another size', { size: 12 }],
    ['hashes of another length', { range: ['AAAA', 'AAAA', 'AAAA'] }],
    ['one organisation alone', { organizations: ['AMSP'] }],
    ['organisations out of order', { organizations: ['BMSP', 'AMSP'] }],
    ['organisations that lack the one who offers', { organizations: ['BMSP', 'CMSP'] }],
    ['a root for no Consents', { consents: { root: hash('x'), size: 0 } }],
    ['a past that names no channel', { before: { ...offer().before, channel: '' } }],
    ['a past with a member too many', { before: { ...offer().before, extra: 1 } }],
    ['a time that is no number', { decided: '77' }],
    ['a member too many', { extra: 1 }],
  ])('is BAD_ARGUMENT with %s', async (_, change) => {
    const channel = new Channel();
    expect(await channel.call('offerAdoption', offer(CONSENTS, change))).toMatch(/^BAD_ARGUMENT /);
    expect(channel.state.puts).toBe(0);
  });

  it('is refused where the site has a log', async () => {
    const channel = new Channel();
    await channel.call('append', batchAfter(SITE, [], leaves.slice(0, 1)));
    expect(await channel.call('offerAdoption', offer())).toMatch(/^HAS_LOG /);
  });
});

describe('Consents that are carried over', () => {
  it('keep their times and versions, and get a custodian', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer());
    expect(
      await channel.call('carryConsents', { consents: CONSENTS.slice(0, 3), first: 0, site: SITE }),
    ).toBeUndefined();
    expect(await channel.call('carryConsents', { consents: CONSENTS.slice(3), first: 3, site: SITE })).toBeUndefined();
    for (const one of CONSENTS)
      expect(channel.value(`consent:${one.handle}:${one.version}`)).toMatchObject({ ...one, by: OWN });
    const wayOut = { site: SITE, witnesses: ['BMSP', 'CMSP'] };
    expect(channel.value(`escape:${handle('y')}:2`)).toMatchObject(wayOut);
    const story = await contract.consent(channel.state.context(OWN), textOf({ handle: handle('y') }));
    expect(JSON.parse(story)).toMatchObject({ custodian: OWN, ...wayOut, versions: [{}, { state: 'revoked' }] });
    const next = {
      binding: 30,
      handle: handle('y'),
      recorded: 30,
      site: SITE,
      version: 3,
      witnesses: ['BMSP', 'CMSP'],
    };
    expect(await channel.call('putConsent', next)).toBeUndefined();
  });

  it('are written once like all others', async () => {
    const channel = new Channel();
    await channel.adopted();
    const policy = channel.state.policies.get(`consent:${CONSENTS[0]!.handle}:1`)!;
    expect(common.SignaturePolicyEnvelope.deserializeBinary(policy).getIdentitiesList()).toEqual([]);
  });

  it('are refused where another organisation has put one of them first', async () => {
    const channel = new Channel();
    const { handle: first } = CONSENTS[0]!;
    const { binding, recorded } = CONSENTS[0]!;
    const put = { binding, handle: first, recorded, site: 'other', version: 1, witnesses: [OWN] };
    await channel.call('putConsent', put, 'BMSP');
    await channel.call('offerAdoption', offer());
    const carry = (first: number, consents: object[]) => channel.call('carryConsents', { consents, first, site: SITE });
    expect(await carry(0, CONSENTS)).toMatch(/^FOREIGN_CONSENT /);
  });

  it('are refused out of their order, twice, or when there are more than were offered', async () => {
    const channel = new Channel();
    const carry = (first: number, consents: object[], mspId?: string) =>
      channel.call('carryConsents', { consents, first, site: SITE }, mspId);
    expect(await carry(0, CONSENTS)).toMatch(/^NOT_OFFERED /);
    await channel.call('offerAdoption', offer(CONSENTS.slice(0, 4)));
    expect(await carry(0, CONSENTS, 'BMSP')).toMatch(/^FOREIGN_SITE /);
    expect(await carry(1, CONSENTS.slice(1))).toMatch(/^GAP 0 Consents/);
    expect(await carry(0, CONSENTS)).toMatch(/^GAP only 4/);
    expect(await carry(0, [...CONSENTS].reverse())).toMatch(/^BAD_ARGUMENT /);
    expect(await carry(0, CONSENTS.slice(0, 2))).toBeUndefined();
    expect(await carry(0, CONSENTS.slice(0, 2))).toMatch(/^GAP 2 Consents/);
  });

  it('are WRONG_ROOT when they are not those that were offered', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer());
    const changed = CONSENTS.map((one, i) => (i === 4 ? { ...one, recorded: 1 } : one));
    expect(await channel.call('carryConsents', { consents: changed, first: 0, site: SITE })).toMatch(/^WRONG_ROOT /);
  });

  it('from an attempt before count, unless they say something else', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer(CONSENTS.slice(0, 2)));
    await channel.call('carryConsents', { consents: CONSENTS.slice(0, 2), first: 0, site: SITE });
    expect(await channel.adopted()).toBeUndefined();
    const other = new Channel();
    const { handle: first } = CONSENTS[0]!;
    const put = { binding: 5, handle: first, recorded: 5, site: SITE, version: 1, witnesses: ['BMSP'] };
    await other.call('putConsent', put);
    await other.call('offerAdoption', offer());
    const all = { consents: CONSENTS, first: 0, site: SITE };
    expect(await other.call('carryConsents', all)).toMatch(/^WRITTEN_ONCE /);
  });
});

describe('an adopted log', () => {
  it('waits for all its Consents, and is the one that was offered', async () => {
    const channel = new Channel();
    const adopt = (change: object = {}, mspId = OWN) =>
      channel.call('adopt', { root: offer().root, site: SITE, size: leaves.length, ...change }, mspId);
    expect(await adopt()).toMatch(/^NOT_OFFERED /);
    await channel.call('offerAdoption', offer());
    expect(await adopt()).toBe('NOT_CARRIED 0 of 6 Consents are carried over');
    await channel.call('carryConsents', { consents: CONSENTS, first: 0, site: SITE });
    expect(await adopt({ size: 10 })).toMatch(/^NOT_OFFERED /);
    expect(await adopt({ root: hash('other') })).toMatch(/^NOT_OFFERED /);
    expect(await adopt({}, 'BMSP')).toMatch(/^FOREIGN_SITE /);
    expect(await adopt()).toBeUndefined();
    expect(await adopt()).toMatch(/^ALREADY_ADOPTED tx\d+$/);
    const { format, before, organizations, decided, size } = channel.value(`log:${SITE}`);
    expect({ before, organizations, decided, size }).toEqual(
      expect.objectContaining({ before: offer().before, organizations: ORGANIZATIONS, decided: 77, size: 11 }),
    );
    expect(format).toBe('holdfast-adoption/1');
  });

  it('is refused when its own organisation began a log of that name meanwhile', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer([]));
    await channel.call('append', batchAfter(SITE, [], leaves.slice(0, 1)));
    const adopt = { root: offer().root, site: SITE, size: leaves.length };
    expect(await channel.call('adopt', adopt)).toMatch(/^HAS_LOG /);
  });

  it('keeps its name from the offer on: no other organisation begins a log under it', async () => {
    const channel = new Channel();
    await channel.call('offerAdoption', offer([]));
    const batch = batchAfter(SITE, [], leaves.slice(0, 1));
    expect(await channel.call('append', batch, 'BMSP')).toMatch(/^FOREIGN_SITE /);
    expect(channel.state.read).toContain(`adoption:${SITE}`);
    const adopt = { root: offer().root, site: SITE, size: leaves.length };
    expect(await channel.call('adopt', adopt)).toBeUndefined();
  });

  it('goes on exactly where it was, by its own organisation, with every rule', async () => {
    const channel = new Channel();
    await channel.adopted();
    const more = [leafOf('more'), leafOf('still more')];
    expect(await channel.call('append', batchAfter(SITE, leaves.slice(0, 5), more))).toMatch(/^GAP the log has 11/);
    expect(await channel.call('append', batchAfter(SITE, leaves, more), 'BMSP')).toMatch(/^FOREIGN_SITE /);
    const wrong = { ...batchAfter(SITE, leaves, more), root: hash('x') };
    expect(await channel.call('append', wrong)).toMatch(/^WRONG_ROOT /);
    expect(await channel.call('append', batchAfter(SITE, leaves, more))).toBeUndefined();
    expect(channel.value(`log:${SITE}`)).toMatchObject({ first: 11, size: 13, decided: 77, format: 'holdfast-log/2' });
  });

  it('knows the Consents from before when events rely on them', async () => {
    const channel = new Channel();
    await channel.adopted();
    const relied = CONSENTS.map(({ handle: name, version, recorded }) => {
      return { earliest: recorded, handle: name, latest: recorded, version };
    });
    await channel.call('append', { ...batchAfter(SITE, leaves, [leafOf('more')]), consents: relied });
    const { violations } = channel.value(`log:${SITE}`);
    expect(violations).toEqual([{ handle: handle('y'), reason: 'REVOKED', version: 2 }]);
  });

  it('is the same as one that was never anywhere else, whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }), async (size, added) => {
        const all = Array.from({ length: size + added }, (_, i) => leafOf(`n ${i}`));
        const range = CompactRange.of();
        for (const leaf of all.slice(0, size)) range.append(leaf);
        const root = range.root().toString('base64');
        const given = { range: range.hashes.map((one) => one.toString('base64')), root, size };
        const channel = new Channel();
        await channel.call('offerAdoption', offer([], given));
        await channel.call('adopt', { root, site: SITE, size });
        expect(await channel.call('append', batchAfter(SITE, all.slice(0, size), all.slice(size)))).toBeUndefined();
        expect(channel.value(`log:${SITE}`).root).toBe(treeHead(all).toString('base64'));
      }),
      { numRuns: 40 },
    );
  });
});
