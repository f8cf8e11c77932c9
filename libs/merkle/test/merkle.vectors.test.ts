// RFC 6962 section 2.1: the 518 proofs collected by transparency-dev/merkle
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { verifyConsistency, verifyInclusion, verifySubtree } from '../src/index.js';

interface Case {
  name: string;
  wantErr: boolean;
  proof: string[] | null;
  root: string;
  leafHash: string;
  root1: string;
  root2: string;
  [number: string]: unknown;
}

function load(name: string): Case[] {
  const file = join(import.meta.dirname, '../../../../shared/vectors/merkle', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Case[];
}

const bytes = (text: string) => Buffer.from(text, 'base64');
const proof = (c: Case) => (c.proof ?? []).map(bytes);
const n = (c: Case, name: string) => c[name] as number;

const JUDGES: Record<string, { count: number; judge: (c: Case) => boolean }> = {
  inclusion: {
    count: 98,
    judge: (c) => verifyInclusion(n(c, 'leafIdx'), n(c, 'treeSize'), bytes(c.leafHash), proof(c), bytes(c.root)),
  },
  consistency: {
    count: 98,
    judge: (c) => verifyConsistency(n(c, 'size1'), n(c, 'size2'), bytes(c.root1), bytes(c.root2), proof(c)),
  },
  subtreeinclusion: {
    count: 204,
    judge: (c) => {
      const start = n(c, 'start');
      const size = n(c, 'end') - start;
      return verifyInclusion(n(c, 'leafIdx') - start, size, bytes(c.leafHash), proof(c), bytes(c.root));
    },
  },
  subtreeconsistency: {
    count: 118,
    judge: (c) => {
      const range = { start: n(c, 'start'), end: n(c, 'end'), size: n(c, 'size') };
      return verifySubtree(range, bytes(c.root1), proof(c), bytes(c.root2));
    },
  },
};

describe.each(Object.entries(JUDGES))('the %s proofs', (name, { count, judge }) => {
  const cases = load(name);

  it(`are ${count}`, () => expect(cases).toHaveLength(count));

  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => expect(judge(c)).toBe(!c.wantErr));
});
