// Fabric system chaincode qscc: blocks and transactions of the ledger by number and id
import { common, peer } from '@hyperledger/fabric-protos';
import { type ChaincodeResponse, decodeBlock } from '#libs/fabric-block';
import type { Chain } from '../chain/chain.js';

type Query = (chain: Chain, argument: Buffer) => Promise<Uint8Array>;

async function chainInfo(chain: Chain): Promise<Uint8Array> {
  const info = new common.BlockchainInfo();
  info.setHeight(chain.height);
  info.setCurrentblockhash(chain.lastHeaderHash);
  info.setPreviousblockhash(chain.previousHash);
  return info.serializeBinary();
}

async function blockByNumber(chain: Chain, argument: Buffer): Promise<Uint8Array> {
  const text = argument.toString('utf8');
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text)}`);
  try {
    return await chain.block(Number(text));
  } catch (error) {
    throw new Error(`Failed to get block number ${text}, error ${(error as Error).message}`);
  }
}

async function blockByHash(chain: Chain, hash: Buffer): Promise<Uint8Array> {
  const number = chain.findBlock(hash);
  if (number === undefined)
    throw new Error(
      `Failed to get block hash ${hash.toString('utf8')}, error no such block hash [${hash.toString('hex')}] in index`,
    );
  return chain.block(number);
}

function noSuch(txId: string): string {
  return `no such transaction ID [${txId}] in index`;
}

async function blockByTxId(chain: Chain, argument: Buffer): Promise<Uint8Array> {
  const txId = argument.toString('utf8');
  const place = chain.transaction(txId);
  if (!place) throw new Error(`Failed to get block for txID ${txId}, error ${noSuch(txId)}`);
  return chain.block(place.block);
}

async function transactionById(chain: Chain, argument: Buffer): Promise<Uint8Array> {
  const txId = argument.toString('utf8');
  const place = chain.transaction(txId);
  if (!place) throw new Error(`Failed to get transaction with id ${txId}, error ${noSuch(txId)}`);
  const { data } = decodeBlock(await chain.block(place.block));
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(data[place.index]!));
  processed.setValidationcode(place.flag);
  return processed.serializeBinary();
}

const QUERIES = new Map<string, Query>([
  ['GetChainInfo', chainInfo],
  ['GetBlockByNumber', blockByNumber],
  ['GetBlockByHash', blockByHash],
  ['GetBlockByTxID', blockByTxId],
  ['GetTransactionByID', transactionById],
]);

export interface LedgerQuery {
  channel: string;
  args: readonly Uint8Array[];
  /** Throws unless who asks may use the resource, such as qscc/GetChainInfo. */
  checkResource: (resource: string) => void;
}

function checkAccess(fn: string, { channel, checkResource }: LedgerQuery): void {
  try {
    checkResource(`qscc/${fn}`);
  } catch (error) {
    throw new Error(`access denied for [${fn}][${channel}]: [${(error as Error).message}]`);
  }
}

async function run(chain: Chain, asked: LedgerQuery): Promise<Uint8Array> {
  const args = asked.args.map((arg) => Buffer.from(arg).toString('utf8'));
  const [fn = '', named = '', argument] = args;
  if (args.length < 2) throw new Error(`Incorrect number of arguments, ${args.length}`);
  if (fn !== 'GetChainInfo' && argument === undefined) throw new Error(`missing 3rd argument for ${fn}`);
  if (named !== asked.channel) throw new Error(`Invalid chain ID, ${named}`);
  checkAccess(fn, asked);
  const query = QUERIES.get(fn);
  if (!query) throw new Error(`Requested function ${fn} not found.`);
  return query(chain, Buffer.from(asked.args[2] ?? []));
}

/** Answers like a chaincode: what it cannot find is a response of status 500. */
export async function queryLedger(chain: Chain, asked: LedgerQuery): Promise<ChaincodeResponse> {
  try {
    return { status: 200, message: '', payload: await run(chain, asked) };
  } catch (error) {
    return { status: 500, message: (error as Error).message, payload: new Uint8Array() };
  }
}
