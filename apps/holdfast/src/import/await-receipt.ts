import { setTimeout as sleep } from 'node:timers/promises';
import { type FhirConnection, retryAfter } from './fhir-connection.js';
import type { VersionName } from './import-options.js';
import { refusalText } from './store-resource.js';

export type Receipt = { text: string } | { missing: 'absent' | 'unanchored' | 'failed'; reason: string };

const PAUSES = { shortest: 100, usual: 500, longest: 5000 };

/** Gives up when nothing at all has been anchored for a while, whoever was waiting for it. */
export class Patience {
  private since: number;

  constructor(
    private readonly milliseconds: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.since = clock();
  }

  renew(): void {
    this.since = this.clock();
  }

  get isOver(): boolean {
    return this.clock() - this.since > this.milliseconds;
  }
}

/** Asks for the receipt of a version until the version is anchored, as often as the server says, while there is patience. */
export async function awaitReceipt(
  connection: FhirConnection,
  version: VersionName,
  patience: Patience,
  onWait: () => void,
): Promise<Receipt> {
  const path = `/${version.type}/${version.id}/_history/${version.version}/$receipt`;
  for (;;) {
    const answer = await connection.send({ method: 'GET', path });
    if (answer.status === 200) {
      patience.renew();
      return { text: answer.text };
    }
    if (answer.status === 404) return { missing: 'absent', reason: 'there is no receipt' };
    if (answer.status !== 202) return { missing: 'failed', reason: `receipt: ${refusalText(answer)}` };
    if (patience.isOver) return { missing: 'unanchored', reason: `version ${version.version} is not anchored` };
    onWait();
    await sleep(Math.min(Math.max(retryAfter(answer) ?? PAUSES.usual, PAUSES.shortest), PAUSES.longest));
  }
}
