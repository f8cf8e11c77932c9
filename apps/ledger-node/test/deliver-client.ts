import { type Client, credentials } from '@grpc/grpc-js';
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import {
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  HEADER_TYPE,
  type SigningIdentity,
} from '#libs/fabric-block';
import type { Network } from '#libs/fabric-network';

export type Position = number | 'oldest' | 'newest' | 'next' | 'none';

function position(at: Position): orderer.SeekPosition {
  const message = new orderer.SeekPosition();
  if (typeof at === 'number') {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(at);
    message.setSpecified(specified);
  }
  if (at === 'oldest') message.setOldest(new orderer.SeekOldest());
  if (at === 'newest') message.setNewest(new orderer.SeekNewest());
  if (at === 'next') message.setNextCommit(new orderer.SeekNextCommit());
  return message;
}

export interface SeekOptions {
  start?: Position;
  stop?: Position;
  failIfNotReady?: boolean;
  headersOnly?: boolean;
}

export function seekInfo({ start, stop, failIfNotReady = false, headersOnly = false }: SeekOptions): Uint8Array {
  const info = new orderer.SeekInfo();
  if (start !== undefined) info.setStart(position(start));
  if (stop !== undefined) info.setStop(position(stop));
  if (failIfNotReady) info.setBehavior(orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
  if (headersOnly) info.setContentType(orderer.SeekInfo.SeekContentType.HEADER_WITH_SIG);
  return info.serializeBinary();
}

export interface RequestOptions {
  channelId?: string;
  at?: Date;
  signer?: SigningIdentity;
}

/** The signed request. `signer` signs instead of `creator`. */
export function seekEnvelope(
  data: Uint8Array,
  creator: SigningIdentity,
  { channelId = 'holdfast', at = new Date(), signer = creator }: RequestOptions = {},
): common.Envelope {
  const timestamp = { seconds: Math.floor(at.getTime() / 1_000), nanos: 0 };
  const payload = encodePayload({
    channelHeaderBytes: encodeChannelHeader({ type: HEADER_TYPE.DELIVER_SEEK_INFO, timestamp, channelId }),
    signatureHeaderBytes: encodeSignatureHeader({ creator: creator.creator, nonce: Buffer.alloc(24, 1) }),
    data,
  });
  return common.Envelope.deserializeBinary(encodeEnvelope({ payload, signature: signer.sign(payload) }));
}

type Answer = peer.DeliverResponse | orderer.DeliverResponse;
type Method = 'peer' | 'filtered' | 'private' | 'orderer';

/** What a stream said: blocks, statuses by name, and how it ended. */
export interface Delivered {
  blocks: common.Block[];
  filtered: peer.FilteredBlock[];
  statuses: string[];
}

const STATUS = new Map(Object.entries(common.Status).map(([name, number]) => [number as number, name]));

/** Streams of peer.Deliver and AtomicBroadcast at a node of ours. */
export class DeliverClient {
  private readonly peer: peer.DeliverClient;
  private readonly orderer: orderer.AtomicBroadcastClient;

  constructor(network: Network, port: number) {
    const tls = credentials.createSsl(Buffer.from(network.organizations[0]!.peer.tls.ca));
    this.peer = new peer.DeliverClient(`localhost:${port}`, tls);
    this.orderer = new orderer.AtomicBroadcastClient(`localhost:${port}`, tls);
  }

  private open(method: Method) {
    if (method === 'orderer') return this.orderer.deliver();
    if (method === 'filtered') return this.peer.deliverFiltered();
    return method === 'private' ? this.peer.deliverWithPrivateData() : this.peer.deliver();
  }

  /** Sends the requests and collects until the node ends the stream, or `enough` says so. */
  async deliver(
    method: Method,
    requests: readonly common.Envelope[],
    enough: (got: Delivered) => boolean = ({ statuses }) => statuses.length === requests.length,
  ): Promise<Delivered> {
    const stream = this.open(method);
    const got: Delivered = { blocks: [], filtered: [], statuses: [] };
    const over = Promise.withResolvers<void>();
    stream.on('data', (answer: Answer) => {
      const block = answer.getBlock();
      if (block) got.blocks.push(block);
      const filtered = 'getFilteredBlock' in answer ? answer.getFilteredBlock() : undefined;
      if (filtered) got.filtered.push(filtered);
      if (answer.getStatus() !== 0) got.statuses.push(STATUS.get(answer.getStatus())!);
      if (enough(got)) over.resolve();
    });
    stream.on('end', () => over.resolve());
    stream.on('error', (error: Error) => over.reject(error));
    for (const request of requests) stream.write(request);
    await over.promise.finally(() => stream.cancel());
    return got;
  }

  /** The answers to each envelope; fewer than envelopes when the node ended the stream. */
  async broadcast(envelopes: readonly common.Envelope[]): Promise<{ status: string; info: string }[]> {
    const stream = this.orderer.broadcast();
    const answers: { status: string; info: string }[] = [];
    const over = Promise.withResolvers<void>();
    stream.on('data', (answer: orderer.BroadcastResponse) => {
      answers.push({ status: STATUS.get(answer.getStatus())!, info: answer.getInfo() });
      if (answers.length === envelopes.length) over.resolve();
    });
    stream.on('end', () => over.resolve());
    stream.on('error', (error: Error) => over.reject(error));
    for (const envelope of envelopes) stream.write(envelope);
    await over.promise.finally(() => stream.cancel());
    return answers;
  }

  close(): void {
    (this.peer as unknown as Client).close();
    (this.orderer as unknown as Client).close();
  }
}
