// The anchor contract in a network of two hospitals: when the custodian of a Consent has vanished, the other one ends it alone

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AnchorNetwork } from './anchor-network.js';

const [A, B] = ['HospitalAMSP', 'HospitalBMSP'] as const;
const handle = createHash('sha256').update('a Consent').digest('base64url');

let anchor: AnchorNetwork;

beforeAll(async () => {
  // Whoever's log has not moved since has vanished: here at once.
  anchor = await AnchorNetwork.start({ VANISHED_AFTER_DAYS: '0' });
}, 120_000);

afterAll(() => anchor?.close());

/** Takes the custodian's peer away; where there is one for each. */
function vanish(): void {
  if (!process.env.FABRIC_BIN) return;
  const pid = peerOf(A);
  process.kill(pid, 'SIGSTOP');
  anchor.before(() => process.kill(pid, 'SIGCONT'));
}

/** The process whose settings are those of this peer of ours. */
function peerOf(mspId: string): number {
  const settings = `FABRIC_CFG_PATH=${join(anchor.folder, 'network', `peer-${mspId}`)}`;
  const found = readdirSync('/proc').find((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(settings);
    } catch {
      return false; // gone, or not ours
    }
  });
  if (found === undefined) throw new Error(`the peer of ${mspId} does not run`);
  return Number(found);
}

function consent(version: number, site: string, witness: string) {
  const now = Date.now() * 1_000;
  return { binding: now, handle, recorded: now, site, version, witnesses: [witness] };
}

test('a Consent of the one, ended by the other with its own endorsement alone', async () => {
  const [ofA, ofB] = anchor.clients;
  expect(await anchor.by(ofA!, 'putConsent', consent(1, 'site-a', B))).toMatchObject({ code: 'VALID' });
  vanish();
  const { code } = await anchor.by(ofB!, 'revokeConsent', consent(2, 'site-b', A), [B]);
  expect(code).toBe('VALID');
  expect(await anchor.ask(ofB!, 'consent', { handle })).toMatchObject({
    custodian: A,
    site: 'site-a',
    witnesses: [B],
    versions: [{ version: 1, state: 'recorded', by: A }],
    escapes: [{ version: 1, by: B, counts: 1 }],
  });
}, 120_000);

test('while nothing else is changed by the one that is left: what has no key yet needs both', async () => {
  const another = { ...consent(1, 'site-b', A), handle: createHash('sha256').update('another').digest('base64url') };
  const outcome = await anchor.by(anchor.clients[1]!, 'putConsent', another, [B]);
  expect(outcome.code).toBe('ENDORSEMENT_POLICY_FAILURE');
}, 120_000);
