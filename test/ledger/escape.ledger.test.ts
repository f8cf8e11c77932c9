// The anchor contract in a network of two hospitals: when the custodian of a Consent has vanished, the other one revokes it alone

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createNetwork, type Network, openNetwork } from '#libs/fabric-network';
import { LedgerClient, type Outcome } from './ledger-client.js';
import { freeBase, runProgram, Served } from './program.js';

const [A, B] = ['HospitalAMSP', 'HospitalBMSP'] as const;
const CLI = 'dist/apps/holdfast/src/main.js';
/** Whoever's log has not moved since has vanished: here at once. */
const VANISHED = { VANISHED_AFTER_DAYS: '0' };
const { FABRIC_BIN } = process.env;

let folder: string;
let clients: LedgerClient[];
/** Takes the custodian's peer away; where there is one for each. */
let vanish: () => void = () => undefined;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-escape-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const { network, gateways } = FABRIC_BIN ? await realNetwork(FABRIC_BIN) : await embeddedNode();
  clients = network.organizations.map(
    ({ client: { identity } }, organization) =>
      new LedgerClient(network, { address: gateways[organization]!, organization, identity }),
  );
  for (const client of clients) undo.push(() => client.close());
}, 120_000);

afterAll(async () => {
  for (const one of undo.reverse()) await one();
});

async function embeddedNode(): Promise<{ network: Network; gateways: string[] }> {
  const ledger = join(folder, 'ledger');
  await createNetwork(ledger);
  const [port, contract] = [await freeBase([0]), await freeBase([0])];
  const address = `127.0.0.1:${contract}`;
  const serve = async (app: string, environment: NodeJS.ProcessEnv) => {
    const served = await Served.start(`dist/apps/${app}/src/main.js`, environment);
    undo.push(() => served.stop());
  };
  const node = { LEDGER_DIR: ledger, LEDGER_PORT: String(port), CONTRACT_ADDRESS: address };
  await serve('anchor-contract', { ...VANISHED, CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: 'anchor:1.0.0' });
  await serve('ledger-node', node);
  return { network: await openNetwork(ledger), gateways: [`localhost:${port}`, `localhost:${port}`] };
}

async function realNetwork(fabricBin: string): Promise<{ network: Network; gateways: string[] }> {
  const port = await freeBase([0, 1, 3, 4, 1001]);
  const environment = { DATA_DIR: folder, FABRIC_BIN: fabricBin, ...VANISHED };
  undo.push(() => runProgram(CLI, ['network', 'down'], environment));
  await runProgram(CLI, ['network', 'up', '--port', String(port)], environment);
  vanish = () => {
    const pid = peerOf(A);
    process.kill(pid, 'SIGSTOP');
    undo.push(() => process.kill(pid, 'SIGCONT'));
  };
  return {
    network: await openNetwork(join(folder, 'ledger')),
    gateways: [`localhost:${port + 1}`, `localhost:${port + 1001}`],
  };
}

/** The process whose settings are those of this peer of ours. */
function peerOf(mspId: string): number {
  const settings = `FABRIC_CFG_PATH=${join(folder, 'network', `peer-${mspId}`)}`;
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

const handle = createHash('sha256').update('a Consent').digest('base64url');
const consent = (version: number, site: string, witness: string) =>
  JSON.stringify({
    binding: version * 1_000,
    handle,
    recorded: version * 1_000,
    site,
    version,
    witnesses: [witness],
  });

async function by(
  client: LedgerClient,
  fn: string,
  argument: string,
  endorsingOrganizations?: string[],
): Promise<Outcome> {
  const proposal = { arguments: [argument], ...(endorsingOrganizations && { endorsingOrganizations }) };
  return client.order(await client.channel.getContract('anchor').newProposal(fn, proposal).endorse());
}

test('a Consent of the one, revoked by the other with its own endorsement alone', async () => {
  const [ofA, ofB] = clients as [LedgerClient, LedgerClient];
  expect(await by(ofA, 'putConsent', consent(1, 'site-a', B))).toMatchObject({ code: 'VALID' });
  vanish();
  const { code } = await by(ofB, 'revokeConsent', consent(2, 'site-b', A), [B]);
  expect(code).toBe('VALID');
  const asked = await ofB.channel.getContract('anchor').evaluateTransaction('consent', JSON.stringify({ handle }));
  expect(JSON.parse(Buffer.from(asked).toString('utf8'))).toMatchObject({
    custodian: A,
    versions: [
      { state: 'recorded', by: A },
      { version: 2, state: 'revoked', by: B },
    ],
  });
}, 120_000);

test('while nothing else is changed by the one that is left: what has no key yet needs both', async () => {
  const ofB = clients[1]!;
  const another = JSON.stringify({
    ...JSON.parse(consent(1, 'site-b', A)),
    handle: createHash('sha256').update('another').digest('base64url'),
  });
  const outcome = await by(ofB, 'putConsent', another, [B]);
  expect(outcome.code).toBe('ENDORSEMENT_POLICY_FAILURE');
}, 120_000);
