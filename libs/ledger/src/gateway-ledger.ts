// Hyperledger Fabric gateway: endorse, submit, commit status, evaluate; block events; blocks by the system chaincode qscc
import type { Contract, Gateway, Signer } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { validationCode } from '#libs/fabric-block';
import { canonical, type JsonValue } from '#libs/fhir-json';
import { classifyError } from './classify-error.js';
import { ASK, CommitWatch } from './commit-watch.js';
import { DEADLINE, inTime, within } from './deadlines.js';
import { InFlight } from './in-flight.js';
import type { Connection, Ledger, PreparedTransaction, TransactionStatus } from './ledger.js';
import type { LedgerStep } from './ledger-error.js';
import { commitStatusRequest, preparedTransaction, signedEnvelope } from './prepared-transaction.js';

const MAX_IN_FLIGHT = 400;
const NO_SUCH_TRANSACTION = /no such transaction ID/;

/** The Ledger over an unmodified fabric-gateway client. */
export class GatewayLedger implements Ledger {
  private readonly contract: Contract;
  private readonly qscc: Contract;
  private readonly inFlight = new InFlight(MAX_IN_FLIGHT);
  private readonly commits: CommitWatch;

  constructor(
    private readonly gateway: Gateway,
    private readonly sign: Signer,
    private readonly connection: Pick<Connection, 'channel' | 'chaincode'>,
    private readonly disconnect: () => void,
  ) {
    const network = gateway.getNetwork(connection.channel);
    this.contract = network.getContract(connection.chaincode);
    this.qscc = network.getContract('qscc');
    this.commits = new CommitWatch(() => network.getBlockEvents());
  }

  async prepare(fn: string, argument: object, endorsers?: readonly string[]): Promise<PreparedTransaction> {
    const asked = endorsers && { endorsingOrganizations: [...endorsers] };
    const proposal = this.contract.newProposal(fn, { arguments: [canonical(argument as JsonValue)], ...asked });
    const txId = proposal.getTransactionId();
    return this.call('endorse', txId, DEADLINE.endorse, async () => {
      const transaction = await proposal.endorse(within(DEADLINE.endorse));
      const signature = await this.sign(transaction.getDigest());
      return { txId, envelope: signedEnvelope(transaction.getBytes(), signature) };
    });
  }

  submit(envelope: Uint8Array, txId: string): Promise<void> {
    this.commits.expect(txId);
    return this.call('submit', txId, DEADLINE.submit, async () => {
      await this.gateway.newTransaction(preparedTransaction(envelope, txId)).submit(within(DEADLINE.submit));
    });
  }

  async status(txId: string, timeoutMs: number): Promise<TransactionStatus | undefined> {
    const start = performance.now();
    const told = await this.commits.status(txId, timeoutMs);
    return told === ASK ? this.askStatus(txId, Math.max(1, timeoutMs - (performance.now() - start))) : told;
  }

  private askStatus(txId: string, timeoutMs: number): Promise<TransactionStatus | undefined> {
    const request = commitStatusRequest(this.connection.channel, txId, this.gateway.getIdentity());
    return this.call('status', txId, timeoutMs, async () => {
      const { code, blockNumber } = await this.gateway.newCommit(request).getStatus(within(timeoutMs));
      return { code: validationCode(code), blockNumber };
    }).catch((error) => {
      if (error.code === 'DEADLINE_EXCEEDED') return undefined;
      throw error;
    });
  }

  async exists(txId: string): Promise<boolean> {
    return this.query('GetTransactionByID', txId).then(
      () => true,
      (error: Error) => {
        if (NO_SUCH_TRANSACTION.test(error.message)) return false;
        throw error;
      },
    );
  }

  async block(txId: string): Promise<Uint8Array> {
    return this.commits.block(txId) ?? (await this.query('GetBlockByTxID', txId));
  }

  blockAt(number: bigint): Promise<Uint8Array> {
    return this.query('GetBlockByNumber', number.toString());
  }

  genesis(): Promise<Uint8Array> {
    return this.blockAt(0n);
  }

  async height(): Promise<bigint> {
    return BigInt(common.BlockchainInfo.deserializeBinary(await this.query('GetChainInfo')).getHeight());
  }

  evaluate(fn: string, argument: object): Promise<unknown> {
    const proposal = this.contract.newProposal(fn, { arguments: [canonical(argument as JsonValue)] });
    return this.call('evaluate', undefined, DEADLINE.evaluate, async () => {
      const answer = await proposal.evaluate(within(DEADLINE.evaluate));
      return JSON.parse(Buffer.from(answer).toString('utf8'));
    });
  }

  close(): void {
    this.commits.close();
    this.gateway.close();
    this.disconnect();
  }

  private query(fn: string, ...args: string[]): Promise<Uint8Array> {
    const proposal = this.qscc.newProposal(fn, { arguments: [this.connection.channel, ...args] });
    return this.call('block', undefined, DEADLINE.block, () => proposal.evaluate(within(DEADLINE.block)));
  }

  private async call<T>(
    step: LedgerStep,
    txId: string | undefined,
    milliseconds: number,
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      return await this.inFlight.run(() => inTime(milliseconds, run));
    } catch (error) {
      throw classifyError(step, error, txId);
    }
  }
}
