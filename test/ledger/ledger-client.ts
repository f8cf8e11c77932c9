import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import {
  type Network as Channel,
  type Contract,
  connect,
  type Gateway,
  GatewayError,
  hash,
  type ProposalOptions,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import { common, gateway, type peer } from '@hyperledger/fabric-protos';
import { decodeEnvelope, type SigningIdentity, validationCode } from '#libs/fabric-block';
import type { Network } from '#libs/fabric-network';
import { CHAINCODE } from './ledger-under-test.js';

const DEADLINE = 20_000;
const DIFFERS = /ProposalResponsePayloads do not match/;
const options = () => ({ deadline: Date.now() + DEADLINE });

/** What became of a transaction. */
export interface Outcome {
  txId: string;
  code: string;
  block: number;
}

/** What a call was refused with. `details` are what each node said. */
export interface Refused {
  code: string;
  message: string;
  details: string[];
}

/** The unmodified gateway client in the name of `identity`, which need not be anyone the network knows. */
export class LedgerClient {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly channel: Channel;
  readonly contract: Contract;

  constructor(
    readonly network: Network,
    { address, organization, identity }: { address: string; organization: number; identity: SigningIdentity },
  ) {
    // The embedded node has one listener, and that has the first organisation's certificate.
    const cas = network.organizations.map(({ peer: { tls } }) => tls.ca);
    const tls = credentials.createSsl(Buffer.from([cas[organization], ...cas].join('\n')));
    const size = 64 * 1024 * 1024;
    this.client = new Client(address, tls, {
      'grpc.max_receive_message_length': size,
      'grpc.max_send_message_length': size,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 250,
      'grpc.use_local_subchannel_pool': 1,
    });
    this.gateway = connect({
      client: this.client,
      identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
      signer: async (message) => identity.sign(message),
      hash: hash.none,
      endorseOptions: options,
      submitOptions: options,
      evaluateOptions: options,
      commitStatusOptions: options,
    });
    this.channel = this.gateway.getNetwork(network.channel);
    this.contract = this.channel.getContract(CHAINCODE);
  }

  endorse(fn: string, ...args: string[]): Promise<Transaction> {
    return this.endorseWith(fn, { arguments: args });
  }

  /** Again while real peers disagree, because one has not yet committed what the other has. */
  async endorseWith(fn: string, proposal: ProposalOptions): Promise<Transaction> {
    const end = Date.now() + DEADLINE;
    for (;;) {
      try {
        return await this.endorseOnce(fn, proposal);
      } catch (error) {
        const differs = error instanceof GatewayError && error.details.some(({ message }) => DIFFERS.test(message));
        if (!differs || Date.now() > end) throw error;
      }
      await sleep(20);
    }
  }

  endorseOnce(fn: string, proposal: ProposalOptions = {}): Promise<Transaction> {
    return this.contract.newProposal(fn, proposal).endorse();
  }

  /** Orders what is endorsed and waits for its block. */
  async order(transaction: Transaction): Promise<Outcome> {
    const commit = await transaction.submit();
    const { code, blockNumber } = await commit.getStatus();
    return { txId: transaction.getTransactionId(), code: validationCode(code), block: Number(blockNumber) };
  }

  async submit(fn: string, ...args: string[]): Promise<Outcome> {
    return this.order(await this.endorse(fn, ...args));
  }

  async evaluate(fn: string, ...args: string[]): Promise<string> {
    return Buffer.from(await this.contract.evaluateTransaction(fn, ...args)).toString('utf8');
  }

  /** A system chaincode's answer. */
  query(fn: string, ...args: string[]): Promise<Uint8Array> {
    const qscc = this.channel.getContract('qscc');
    return qscc.evaluateTransaction(fn, this.network.channel, ...args);
  }

  /** The encoded block of this number. */
  block(number: number): Promise<Uint8Array> {
    return this.query('GetBlockByNumber', String(number));
  }

  async height(): Promise<number> {
    return common.BlockchainInfo.deserializeBinary(await this.query('GetChainInfo')).getHeight();
  }

  /** Waits for the block of a transaction by its id alone. */
  async status(txId: string, milliseconds = DEADLINE): Promise<Outcome> {
    const request = new gateway.CommitStatusRequest();
    request.setChannelId(this.network.channel);
    request.setTransactionId(txId);
    const { mspId, credentials: certificate } = this.gateway.getIdentity();
    const { encodeIdentity } = await import('#libs/fabric-block');
    request.setIdentity(encodeIdentity({ mspId, certificate: Buffer.from(certificate).toString('utf8') }));
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    const commit = this.gateway.newCommit(signed.serializeBinary());
    const { code, blockNumber } = await commit.getStatus({ deadline: Date.now() + milliseconds });
    return { txId, code: validationCode(code), block: Number(blockNumber) };
  }

  /** Hands any bytes to ordering as they are. */
  submitEnvelope(envelope: Uint8Array, txId = decodeEnvelope(envelope).channelHeader.txId): Promise<void> {
    const request = new gateway.SubmitRequest();
    request.setChannelId(this.network.channel);
    request.setTransactionId(txId);
    request.setPreparedTransaction(common.Envelope.deserializeBinary(envelope));
    return this.raw('submit', request).then(() => undefined);
  }

  /** Orders the envelope and waits for its block. */
  async orderEnvelope(envelope: Uint8Array): Promise<Outcome> {
    const { txId } = decodeEnvelope(envelope).channelHeader;
    await this.submitEnvelope(envelope, txId);
    return this.status(txId);
  }

  /** Sends any proposal to be endorsed, as it is. */
  async endorseProposal(signed: peer.SignedProposal, channel = this.network.channel): Promise<Uint8Array> {
    const request = new gateway.EndorseRequest();
    request.setChannelId(channel);
    request.setTransactionId('');
    request.setProposedTransaction(signed);
    const response = (await this.raw('endorse', request)) as gateway.EndorseResponse;
    return response.getPreparedTransaction()!.serializeBinary();
  }

  /** Waits until every organisation endorses: a network that has just started needs a moment. */
  async whenEndorsed(): Promise<void> {
    const end = Date.now() + DEADLINE;
    for (;;) {
      try {
        const endorsingOrganizations = this.network.organizations.map(({ mspId }) => mspId);
        await this.endorseWith('get', { arguments: ['nothing'], endorsingOrganizations });
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await sleep(50);
    }
  }

  close(): void {
    this.gateway.close();
    this.client.close();
  }

  private raw(method: 'submit' | 'endorse', request: { serializeBinary(): Uint8Array }): Promise<unknown> {
    const service = gateway.GatewayService[method];
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        service.path,
        (sent: typeof request) => Buffer.from(sent.serializeBinary()),
        service.responseDeserialize as (bytes: Buffer) => unknown,
        request,
        options(),
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  }
}

/** How the call was refused. Throws when it was not. */
export async function refusal(call: Promise<unknown>): Promise<Refused> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GatewayError) {
    const details = error.details.map(({ message }) => message);
    return { code: GrpcStatus[error.code] ?? String(error.code), message: error.message, details };
  }
  const { code, details } = (error ?? {}) as Partial<ServiceError>;
  if (code === undefined) throw new Error(`the call was not refused: ${String(error)}`);
  return { code: GrpcStatus[code] ?? String(code), message: details ?? '', details: [] };
}

/** The signed envelope of a transaction as the gateway client would send it. */
export async function envelopeOf(transaction: Transaction, signer: SigningIdentity): Promise<Uint8Array> {
  const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
  const envelope = prepared.getEnvelope()!;
  envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
  return envelope.serializeBinary();
}
