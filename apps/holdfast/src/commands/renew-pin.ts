import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pin, parsePin, pinText } from '#libs/evidence';
import { mspTrust } from '#libs/fabric-network';

/** The same installation, by the organisations that its network has now and as many endorsements as its channel demands. */
async function grown(pin: Pin, ledger: string): Promise<Pin> {
  const { atLeast: _, ...rest } = pin;
  return { ...rest, ...(await mspTrust(ledger)) };
}

/**
 * Writes pin.json anew after the network has taken an organisation in: everything stays but its members. The pin of
 * before is kept beside it. Gives the path of that, or undefined where nothing has changed or there is no pin yet.
 */
export async function renewPin(dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, 'pin.json');
  if (!existsSync(path)) return undefined;
  const before = pinText(parsePin(readFileSync(path)));
  const now = pinText(await grown(parsePin(Buffer.from(before)), join(dataDir, 'ledger')));
  if (now === before) return undefined;
  const kept = join(dataDir, `pin-until-${new Date().toISOString().replaceAll(':', '')}.json`);
  copyFileSync(path, kept);
  writeFileSync(`${path}.new`, now, { mode: 0o644 });
  renameSync(`${path}.new`, path);
  return kept;
}
