// Hyperledger Fabric 3.1 documentation, "Channel configuration", configuration updates

import { common } from '@hyperledger/fabric-protos';
import { beforeAll, expect, test } from '@jest/globals';
import { decodeBlock, decodeEnvelope } from '#libs/fabric-block';
import { configUpdate, genesisBlock, makeOrganization, type Organization } from '../src/index.js';

type Group = common.ConfigGroup;
let current: Group;

beforeAll(async () => {
  const validity = { notBefore: new Date(2026, 0), notAfter: new Date(2030, 0) };
  const make = (name: string) => makeOrganization({ name, mspId: `${name}MSP` }, [], validity);
  const [orderer, a, b] = await Promise.all(['Orderer', 'A', 'B'].map(make));
  const plain = ({ name, mspId, ca, tlsCa }: Organization) => ({
    name,
    mspId,
    ca: ca.certificate,
    tlsCa: tlsCa.certificate,
  });
  const genesis = genesisBlock({
    channel: 'holdfast',
    orderer: { ...plain(orderer!), consenters: [{ host: 'localhost', port: 7050, tlsCertificate: 'x' }] },
    organizations: [a!, b!].map((one) => ({ ...plain(one), anchorPeer: { host: 'localhost', port: 7051 } })),
    time: new Date(2026, 1),
    nonce: Buffer.alloc(24),
  });
  const { data } = decodeEnvelope(decodeBlock(genesis).data[0]!);
  current = common.ConfigEnvelope.deserializeBinary(data).getConfig()!.getChannelGroup()!;
});

const child = (group: Group, ...path: string[]): Group =>
  path.reduce((found, name) => found.getGroupsMap().get(name)!, group);

/** Group paths, values (=) and policies (?) with their versions. */
function outline(group: Group, path = ''): string[] {
  const leaves = (
    map: { forEach(each: (element: { getVersion(): number }, name: string) => void): void },
    sign: string,
  ) => {
    const found: string[] = [];
    map.forEach((element, name) => {
      found.push(`${path}/${sign}${name} ${element.getVersion()}`);
    });
    return found;
  };
  const groups: string[] = [];
  group.getGroupsMap().forEach((one: Group, name: string) => {
    groups.push(...outline(one, `${path}/${name}`));
  });
  return [
    `${path}/ ${group.getVersion()}`,
    ...leaves(group.getValuesMap(), '='),
    ...leaves(group.getPoliciesMap(), '?'),
    ...groups,
  ].sort();
}

function updateBy(change: (group: Group) => void): common.ConfigUpdate {
  const updated = common.ConfigGroup.deserializeBinary(current.serializeBinary());
  change(updated);
  return configUpdate('holdfast', current, updated);
}

const APPLICATION = [
  '/Application/=Capabilities 0',
  '/Application/?Admins 0',
  '/Application/?Endorsement 0',
  '/Application/?LifecycleEndorsement 0',
  '/Application/?Readers 0',
  '/Application/?Writers 0',
  '/Application/A/ 0',
  '/Application/B/ 0',
];

test('a group more names all its neighbours and raises the version of the group around it', () => {
  const update = updateBy((group) => {
    child(group, 'Application').getGroupsMap().set('C', new common.ConfigGroup());
  });
  expect(update.getChannelId()).toBe('holdfast');
  expect(outline(update.getReadSet()!)).toEqual(['/ 0', '/Application/ 0', ...APPLICATION].sort());
  expect(outline(update.getWriteSet()!)).toEqual(
    ['/ 0', '/Application/ 1', ...APPLICATION, '/Application/C/ 0'].sort(),
  );
});

test('a group less does the same, without it', () => {
  const update = updateBy((group) => {
    child(group, 'Application').getGroupsMap().del('B');
  });
  expect(outline(update.getWriteSet()!)).toEqual(
    ['/ 0', '/Application/ 1', ...APPLICATION].filter((line) => !line.startsWith('/Application/B')).sort(),
  );
});

test('a changed value is all there is to read and to write', () => {
  const update = updateBy((group) => {
    child(group, 'Orderer').getValuesMap().get('BatchTimeout')!.setValue('other');
  });
  expect(outline(update.getReadSet()!)).toEqual(['/ 0', '/Orderer/ 0']);
  expect(outline(update.getWriteSet()!)).toEqual(['/ 0', '/Orderer/ 0', '/Orderer/=BatchTimeout 1']);
});

test('a changed policy of one organisation touches no other', () => {
  const update = updateBy((group) => {
    child(group, 'Application', 'A').getPoliciesMap().get('Admins')!.setModPolicy('Writers');
  });
  expect(outline(update.getWriteSet()!)).toEqual([
    '/ 0',
    '/Application/ 0',
    '/Application/A/ 0',
    '/Application/A/?Admins 1',
  ]);
});

test('nothing to change is said, not sent', () => {
  expect(() => updateBy(() => undefined)).toThrow(/nothing to update/);
});
