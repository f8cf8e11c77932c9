import type { ChaincodeInterface, ChaincodeServerOpts, ChaincodeStub } from 'fabric-shim';
import shim from 'fabric-shim';

// A program of its own, which Node runs as it is: fabric-shim brings an older fabric-protos than the node's.
const { KeyEndorsementPolicy, Shim } = shim;

/** What the chaincode is told to do, in order. */
export type Step =
  | ['put', key: string, value: string]
  | ['get' | 'delete' | 'history' | 'metadata', key: string]
  | ['range', start: string, end: string, take: number]
  | ['page', start: string, end: string, size: number, bookmark: string]
  | ['event', name: string, payload: string]
  | ['private', key: string]
  | ['policy', key: string, ...mspIds: string[]]
  | ['fail', message: string]
  | ['sleep', milliseconds: number]
  | ['random'];

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

interface Iterator<T> {
  next(): Promise<{ value: T; done: boolean }>;
  close(): Promise<void>;
}

async function taken<T, R>(iterator: Iterator<T>, take: number, show: (value: T) => R): Promise<R[]> {
  const results: R[] = [];
  while (results.length < take) {
    const { value, done } = await iterator.next();
    if (done && !value) break;
    results.push(show(value));
    if (done) break;
  }
  await iterator.close();
  return results;
}

type Run = (stub: ChaincodeStub, ...args: never[]) => Promise<unknown>;

const STEPS: Record<Step[0], Run> = {
  put: (stub, key: string, value: string) => stub.putState(key, Buffer.from(value)).then(() => null),
  get: async (stub, key: string) => text(await stub.getState(key)),
  delete: (stub, key: string) => stub.deleteState(key),
  metadata: async (stub, key: string) => {
    const found = await stub.getStateValidationParameter(key);
    return found ? text(found) : '';
  },
  policy: async (stub, key: string, ...mspIds: string[]) => {
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await stub.setStateValidationParameter(key, policy.getPolicy());
  },
  private: (stub, key: string) => stub.getPrivateData('collection', key),
  range: async (stub, start: string, end: string, take: number) =>
    taken(await stub.getStateByRange(start, end), take, ({ key, value }) => [key, text(value)]),
  page: async (stub, start: string, end: string, size: number, bookmark: string) => {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(start, end, size, bookmark);
    const found = await taken(iterator, size, ({ key }) => key);
    return { found, bookmark: metadata.bookmark, count: metadata.fetchedRecordsCount };
  },
  history: async (stub, key: string) =>
    taken(await stub.getHistoryForKey(key), 1_000, ({ value, isDelete, txId }) => [text(value), isDelete, txId]),
  event: async (stub, name: string, payload: string) => stub.setEvent(name, Buffer.from(payload)),
  fail: async (_, message: string) => {
    throw new Error(message);
  },
  sleep: (_, milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: (stub) => stub.putState('random', Buffer.from(crypto.randomUUID())),
};

const chaincode: ChaincodeInterface = {
  Init: async () => Shim.success(),
  async Invoke(stub) {
    try {
      const results: unknown[] = [];
      for (const [step, ...args] of JSON.parse(stub.getArgs()[1]!) as Step[])
        results.push((await STEPS[step](stub, ...(args as never[]))) ?? null);
      return Shim.success(Buffer.from(JSON.stringify(results)));
    } catch (error) {
      return Shim.error((error as Error).message);
    }
  },
};

const address = process.env.CHAINCODE_SERVER_ADDRESS!;
await Shim.server(chaincode, { ccid: 'scratch:1', address } as unknown as ChaincodeServerOpts).start();
process.stdout.write('{"msg":"ready"}\n');
