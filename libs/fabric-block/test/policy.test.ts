// Hyperledger Fabric 3.1, common/policies.proto: signature policies and implicit ones

import { common, msp } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { encodeIdentity, type Member, membership } from '../src/index.js';
import { implicitPolicy, NEVER, type Policy, signaturePolicy } from '../src/policy.js';
import { type Hospitals, makeHospitals } from './hospitals.js';

let hospitals: Hospitals;
let peerA: Member;
let peerB: Member;
let adminA: Member;

beforeAll(async () => {
  hospitals = await makeHospitals();
  const members = membership(hospitals.trust.peerMsps);
  [peerA, peerB, adminA] = [hospitals.peerA, hospitals.peerB, hospitals.adminA].map(({ creator }) =>
    members.member(creator),
  ) as [Member, Member, Member];
});

type RoleName = keyof typeof msp.MSPRole.MSPRoleType;

function role(mspId: string, name: RoleName): msp.MSPPrincipal {
  const content = new msp.MSPRole();
  content.setMspIdentifier(mspId);
  content.setRole(msp.MSPRole.MSPRoleType[name]);
  return principal(msp.MSPPrincipal.Classification.ROLE, content.serializeBinary());
}

function principal(classification: 0 | 1 | 2 | 3 | 4, content: Uint8Array): msp.MSPPrincipal {
  const message = new msp.MSPPrincipal();
  message.setPrincipalClassification(classification);
  message.setPrincipal(content);
  return message;
}

function by(index: number): common.SignaturePolicy {
  const rule = new common.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

function outOf(count: number, ...rules: common.SignaturePolicy[]): common.SignaturePolicy {
  const choice = new common.SignaturePolicy.NOutOf();
  choice.setN(count);
  choice.setRulesList(rules);
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(choice);
  return rule;
}

function policy(rule: common.SignaturePolicy | undefined, ...principals: msp.MSPPrincipal[]): Policy {
  const envelope = new common.SignaturePolicyEnvelope();
  if (rule) envelope.setRule(rule);
  envelope.setIdentitiesList(principals);
  return signaturePolicy(envelope);
}

describe('a signature policy', () => {
  test('asks for a role in one organisation', () => {
    const peer = policy(by(0), role('HospitalAMSP', 'PEER'));
    expect([[peerA], [adminA], [peerB], []].map(peer)).toEqual([true, false, false, false]);
    expect(policy(by(0), role('HospitalAMSP', 'ADMIN'))([adminA])).toBe(true);
    expect(policy(by(0), role('HospitalAMSP', 'MEMBER'))([adminA])).toBe(true);
    expect(policy(by(0), role('HospitalAMSP', 'ORDERER'))([peerA, adminA])).toBe(false);
  });

  test('asks for so many of several, in any nesting', () => {
    const principals = [role('HospitalAMSP', 'PEER'), role('HospitalBMSP', 'PEER'), role('HospitalAMSP', 'ADMIN')];
    const both = policy(outOf(2, by(0), by(1)), ...principals);
    expect([[peerA, peerB], [peerA], [peerB, peerA]].map(both)).toEqual([true, false, true]);
    const nested = policy(outOf(2, by(2), outOf(1, by(0), by(1))), ...principals);
    expect([[adminA, peerB], [peerA, peerB], [adminA]].map(nested)).toEqual([true, false, false]);
  });

  test('lets nobody stand for two', () => {
    const member = role('HospitalAMSP', 'MEMBER');
    const two = policy(outOf(2, by(0), by(1)), member, member);
    expect([[peerA], [peerA, adminA]].map(two)).toEqual([false, true]);
  });

  test('takes signers in their order and does not go back, as Fabric', () => {
    const greedy = policy(outOf(2, by(0), by(1)), role('HospitalAMSP', 'MEMBER'), role('HospitalAMSP', 'PEER'));
    expect(
      [
        [adminA, peerA],
        [peerA, adminA],
      ].map(greedy),
    ).toEqual([true, false]);
  });

  test('may ask for one certificate', () => {
    const { IDENTITY } = msp.MSPPrincipal.Classification;
    const own = policy(by(0), principal(IDENTITY, encodeIdentity(hospitals.peerA)));
    expect([[peerA], [adminA], [peerB]].map(own)).toEqual([true, false, false]);
  });

  test('that is not well made is satisfied by nobody, even where a part of it would be enough', () => {
    const member = role('HospitalAMSP', 'MEMBER');
    const unit = principal(msp.MSPPrincipal.Classification.ORGANIZATION_UNIT, Buffer.alloc(0));
    const wrong = [
      policy(undefined, member),
      policy(new common.SignaturePolicy(), member),
      policy(by(1), member),
      policy(by(-1), member),
      policy(outOf(1, by(0), by(7)), member),
      policy(by(0), unit),
    ];
    for (const one of wrong) expect(one([peerA, peerB, adminA])).toBe(false);
  });

  test('too large to be honest is satisfied by nobody', () => {
    const member = role('HospitalAMSP', 'MEMBER');
    const many = Array.from({ length: 2_000 }, () => by(0));
    expect(policy(outOf(1, ...many), member)([peerA])).toBe(false);
  });
});

describe('an implicit policy', () => {
  const yes: Policy = () => true;
  const implicit = (rule: keyof typeof common.ImplicitMetaPolicy.Rule, ...below: Policy[]) => {
    const message = new common.ImplicitMetaPolicy();
    message.setRule(common.ImplicitMetaPolicy.Rule[rule]);
    return implicitPolicy(message, below)([]);
  };

  test('asks for any, all or more than half', () => {
    expect([implicit('ANY', NEVER, yes), implicit('ANY', NEVER)]).toEqual([true, false]);
    expect([implicit('ALL', yes, yes), implicit('ALL', yes, NEVER)]).toEqual([true, false]);
    expect([implicit('MAJORITY', yes, yes, NEVER), implicit('MAJORITY', yes, NEVER)]).toEqual([true, false]);
  });

  test('of nothing is satisfied, as in Fabric', () => {
    expect([implicit('ANY'), implicit('ALL'), implicit('MAJORITY')]).toEqual([true, true, true]);
  });
});
