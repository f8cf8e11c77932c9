// The contract that the conformance suite has the ledgers run. It is a program: Node strips its types, nothing compiles it.
import { createHash, randomUUID } from 'node:crypto';
import contractApi, { type Context } from 'fabric-contract-api';
import logging from 'fabric-shim/lib/logger.js';

const getLogger = logging.getLogger;
logging.getLogger = (name) => Object.assign(getLogger(name), { silent: true });
const { KeyEndorsementPolicy, Shim } = await import('fabric-shim');
const { default: ChaincodeFromContract } = await import('fabric-shim/lib/contract-spi/chaincodefromcontract.js');

interface Iterator<T> {
  next(): Promise<{ value: T; done: boolean }>;
  close(): Promise<void>;
}

async function taken<T, R>(iterator: Iterator<T>, take: number, show: (value: T) => R): Promise<R[]> {
  const results: R[] = [];
  while (results.length < take) {
    const { value, done } = await iterator.next();
    if (value) results.push(show(value));
    if (done) break;
  }
  await iterator.close();
  return results;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

class ConformanceContract extends contractApi.Contract {
  constructor() {
    super('conformance');
  }

  async put(ctx: Context, ...[key, value]: string[]): Promise<string> {
    await ctx.stub.putState(key!, Buffer.from(value!));
    return `put ${key}`;
  }

  async putMany(ctx: Context, ...[prefix, count, value]: string[]): Promise<void> {
    for (let index = 0; index < Number(count); index += 1) {
      await ctx.stub.putState(`${prefix}${String(index).padStart(5, '0')}`, Buffer.from(value!));
    }
  }

  async putBig(ctx: Context, ...[key, size]: string[]): Promise<void> {
    await ctx.stub.putState(key!, Buffer.alloc(Number(size), 'x'));
  }

  async get(ctx: Context, ...[key]: string[]): Promise<string> {
    return text(await ctx.stub.getState(key!));
  }

  async delete(ctx: Context, ...[key]: string[]): Promise<void> {
    await ctx.stub.deleteState(key!);
  }

  async putThenGet(ctx: Context, ...[key, value]: string[]): Promise<string> {
    await ctx.stub.putState(key!, Buffer.from(value!));
    return text(await ctx.stub.getState(key!));
  }

  async add(ctx: Context, ...[key, amount]: string[]): Promise<string> {
    const sum = Number(text(await ctx.stub.getState(key!)) || '0') + Number(amount);
    await ctx.stub.putState(key!, Buffer.from(String(sum)));
    return String(sum);
  }

  async putAll(ctx: Context, ...pairs: string[]): Promise<void> {
    for (let at = 0; at < pairs.length; at += 2) await ctx.stub.putState(pairs[at]!, Buffer.from(pairs[at + 1]!));
  }

  async range(ctx: Context, ...[start, end, take]: string[]): Promise<string> {
    const iterator = await ctx.stub.getStateByRange(start!, end!);
    return JSON.stringify(await taken(iterator, Number(take), ({ key, value }) => [key, text(value)]));
  }

  async rangeThenPut(ctx: Context, ...[start, end, key]: string[]): Promise<string> {
    const iterator = await ctx.stub.getStateByRange(start!, end!);
    const found = await taken(iterator, Number.MAX_SAFE_INTEGER, (entry) => entry.key);
    await ctx.stub.putState(key!, Buffer.from(String(found.length)));
    return String(found.length);
  }

  async page(ctx: Context, ...[start, end, size, bookmark]: string[]): Promise<string> {
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(start!, end!, Number(size), bookmark!);
    const keys = await taken(iterator, Number.MAX_SAFE_INTEGER, ({ key }) => key);
    return JSON.stringify({ keys, count: metadata.fetchedRecordsCount, bookmark: metadata.bookmark });
  }

  async pageThenPut(ctx: Context, ...[start, end, key]: string[]): Promise<void> {
    const { iterator } = await ctx.stub.getStateByRangeWithPagination(start!, end!, 2, '');
    await iterator.close();
    await ctx.stub.putState(key!, Buffer.from('x'));
  }

  async history(ctx: Context, ...[key]: string[]): Promise<string> {
    const iterator = await ctx.stub.getHistoryForKey(key!);
    return JSON.stringify(
      await taken(iterator, 1_000, ({ value, isDelete, txId }) => ({ value: text(value), isDelete, txId })),
    );
  }

  async putComposite(ctx: Context, ...[type, ...parts]: string[]): Promise<void> {
    await ctx.stub.putState(ctx.stub.createCompositeKey(type!, parts), Buffer.from(parts.join('/')));
  }

  async partialComposite(ctx: Context, ...[type, ...parts]: string[]): Promise<string> {
    const iterator = await ctx.stub.getStateByPartialCompositeKey(type!, parts);
    return JSON.stringify(await taken(iterator, 1_000, ({ value }) => text(value)));
  }

  async event(ctx: Context, ...[name, payload, key]: string[]): Promise<void> {
    if (key) await ctx.stub.putState(key, Buffer.from(payload!));
    ctx.stub.setEvent(name!, Buffer.from(payload!));
  }

  async eventAfterRead(ctx: Context, ...[key, name]: string[]): Promise<void> {
    const before = text(await ctx.stub.getState(key!));
    await ctx.stub.putState(key!, Buffer.from(`${before}.`));
    ctx.stub.setEvent(name!, Buffer.from(before));
  }

  async twoEvents(ctx: Context): Promise<void> {
    ctx.stub.setEvent('first', Buffer.from('1'));
    ctx.stub.setEvent('second', Buffer.from('2'));
  }

  async putWithPolicy(ctx: Context, ...[key, value, ...mspIds]: string[]): Promise<void> {
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await ctx.stub.putState(key!, Buffer.from(value!));
    await ctx.stub.setStateValidationParameter(key!, policy.getPolicy());
  }

  async setPolicy(ctx: Context, ...[key, ...mspIds]: string[]): Promise<void> {
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await ctx.stub.setStateValidationParameter(key!, policy.getPolicy());
  }

  async policyOf(ctx: Context, ...[key]: string[]): Promise<string> {
    const found = await ctx.stub.getStateValidationParameter(key!);
    return found && found.length > 0 ? JSON.stringify(new KeyEndorsementPolicy(found).listOrgs().sort()) : '[]';
  }

  async who(ctx: Context): Promise<string> {
    const { stub, clientIdentity } = ctx;
    const { seconds, nanos } = stub.getTxTimestamp() as unknown as { seconds: { low?: number }; nanos: number };
    return JSON.stringify({
      mspId: clientIdentity.getMSPID(),
      subject: clientIdentity.getID(),
      txId: stub.getTxID(),
      channel: stub.getChannelID(),
      hasTime: Boolean(seconds) && typeof nanos === 'number',
    });
  }

  async digest(_: Context, ...args: string[]): Promise<string> {
    return createHash('sha256').update(args.join('\0')).digest('hex');
  }

  async answer(_: Context, ...[size]: string[]): Promise<string> {
    return 'y'.repeat(Number(size));
  }

  async transient(ctx: Context, ...[name]: string[]): Promise<string> {
    const value = ctx.stub.getTransient().get(name!);
    return value ? createHash('sha256').update(value).digest('hex') : '';
  }

  async random(ctx: Context): Promise<void> {
    await ctx.stub.putState('random', Buffer.from(randomUUID()));
  }

  async fail(_: Context, ...[message]: string[]): Promise<void> {
    throw new Error(message);
  }

  async putThenFail(ctx: Context, ...[key]: string[]): Promise<void> {
    await ctx.stub.putState(key!, Buffer.from('never'));
    throw new Error('after the put');
  }

  async putEmptyKey(ctx: Context): Promise<void> {
    await ctx.stub.putState('', Buffer.from('x'));
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: contractApi.JSONSerializer } };
const chaincode = new ChaincodeFromContract([ConformanceContract], serializers, {}, 'conformance', '1');
const options = {
  ccid: required('CHAINCODE_ID'),
  address: required('CHAINCODE_SERVER_ADDRESS'),
  'grpc.max_receive_message_length': 100 * 1024 * 1024,
  'grpc.max_send_message_length': 100 * 1024 * 1024,
};
await Shim.server(chaincode, options as unknown as Parameters<typeof Shim.server>[1]).start();
process.stdout.write('{"msg":"ready"}\n');
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(0));
