import type { Contract, GatewayError } from '@hyperledger/fabric-gateway';
import type { Step } from './scratch-chaincode.js';

/** Pseudo-random, but the same for the same seed. */
export function chooser(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One to four steps on a few keys, so that they meet. */
function someSteps(choose: (below: number) => number): Step[] {
  const key = () => `k${choose(40)}`;
  const all: (() => Step)[] = [
    () => ['put', key(), `${choose(1_000)}`],
    () => ['put', key(), 'v'.repeat(choose(9_000))],
    () => ['get', key()],
    () => ['delete', key()],
    () => ['range', 'k', 'l', 1 + choose(60)],
    () => ['range', key(), key(), 200],
    () => ['put', key(), ''],
    () => ['policy', key(), ...[['HospitalAMSP'], ['HospitalBMSP'], ['HospitalAMSP', 'HospitalBMSP']][choose(3)]!],
    () => ['metadata', key()],
    () => ['history', key()],
    () => ['event', 'e', 'p'],
  ];
  return Array.from({ length: 1 + choose(4) }, () => all[choose(all.length)]!());
}

export interface LoadOptions {
  seed: number;
  transactions: number;
  inFlight: number;
}

/** Random transactions, some of them endorsed by one organisation alone; how many got which validation code. */
export async function randomLoad(contract: Contract, { seed, transactions, inFlight }: LoadOptions) {
  const choose = chooser(seed);
  const codes = new Map<number, number>();
  let left = transactions;
  const worker = async () => {
    while (left-- > 0) {
      const organizations = [undefined, undefined, undefined, ['HospitalAMSP'], ['HospitalBMSP']][choose(5)];
      const transaction = await contract.submitAsync('run', {
        arguments: [JSON.stringify(someSteps(choose))],
        ...(organizations && { endorsingOrganizations: organizations }),
      });
      const { code } = await transaction.getStatus();
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return codes;
}

/** Puts one key after the other until it is stopped; what was acknowledged as valid is noted. */
export class AcknowledgedPuts {
  readonly keys: string[] = [];
  private stopped = false;
  private readonly workers: Promise<void>[];

  constructor(contract: Contract, prefix: string, inFlight: number) {
    this.workers = Array.from({ length: inFlight }, (_, worker) => this.work(contract, `${prefix}-${worker}`));
  }

  private async work(contract: Contract, prefix: string): Promise<void> {
    for (let count = 0; !this.stopped; count += 1) {
      const key = `${prefix}-${count}`;
      const steps: Step[] = [['put', key, 'v'.repeat(2_000)]];
      try {
        const transaction = await contract.submitAsync('run', { arguments: [JSON.stringify(steps)] });
        if ((await transaction.getStatus()).successful) this.keys.push(key);
      } catch (error) {
        // The node is away: what was in flight is lost, and was not acknowledged.
        if ((error as GatewayError).code === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Resolves when `count` more have been acknowledged, or the time is up. */
  async more(count: number, milliseconds: number): Promise<void> {
    const enough = this.keys.length + count;
    const end = Date.now() + milliseconds;
    while (this.keys.length < enough && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async stop(): Promise<string[]> {
    this.stopped = true;
    await Promise.all(this.workers);
    return this.keys;
  }
}
