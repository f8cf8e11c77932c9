// Hyperledger Fabric 3.1 documentation, "Channel participation API": joining an orderer to a channel by its genesis block
import { request } from 'node:https';
import { NetworkError } from '../network-error.js';
import type { NodeAddress } from '../node/node-address.js';
import type { TlsFiles } from '../open-network.js';

const PATH = '/participation/v1/channels';
const TIMEOUT = 10_000;
const CREATED = 201;
/** The channel is there already. */
const KNOWN = 405;
const OK = 200;

/** The orderer's admin endpoint and the client certificate it asks for. */
export interface OrdererAdmin {
  address: NodeAddress;
  client: Pick<TlsFiles, 'certificate' | 'privateKey'>;
}

/** What an orderer says of a channel; `status` is active once it orders. */
export interface OrdererChannel {
  status: string;
  height: number;
}

/** Joins the orderer to the channel of the block; does nothing for one that has joined. Throws NetworkError, retryable while it does not listen. */
export async function joinOrderer(admin: OrdererAdmin, genesis: Uint8Array): Promise<void> {
  const boundary = `holdfast-${process.hrtime.bigint()}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="config.block"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), genesis, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const { status, text } = await call(admin, 'POST', PATH, { type: `multipart/form-data; boundary=${boundary}`, body });
  if (status !== CREATED && status !== KNOWN) throw new NetworkError('Joining the orderer', text.trim());
}

/** Undefined: it has not joined. Throws NetworkError, retryable while it does not listen. */
export async function ordererChannel(admin: OrdererAdmin, channel: string): Promise<OrdererChannel | undefined> {
  const { status, text } = await call(admin, 'GET', `${PATH}/${channel}`);
  if (status !== OK) return undefined;
  const { status: state, height } = JSON.parse(text) as OrdererChannel;
  return { status: state, height };
}

function call(
  { address, client }: OrdererAdmin,
  method: string,
  path: string,
  content?: { type: string; body: Uint8Array },
): Promise<{ status: number; text: string }> {
  const { host, port, tlsCa } = address;
  const tls = { ca: tlsCa, cert: client.certificate, key: client.privateKey };
  const headers = content && { 'content-type': content.type, 'content-length': content.body.length };
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new NetworkError('Reaching the orderer', error.message, true));
    const options = { host, port, path, method, ...tls, agent: false, timeout: TIMEOUT, ...(headers && { headers }) };
    const sent = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', fail);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.on('timeout', () => sent.destroy(new Error('the orderer does not answer'))).on('error', fail);
    sent.end(content?.body);
  });
}
