// Fabric chaincode stream, peer's side: what a running chaincode function may ask of the ledger
import { peer } from '@hyperledger/fabric-protos';
import type { Simulation } from '../simulation/simulation.js';
import { keyValues, ResultIterator, type ResultSource } from './result-iterator.js';
import { stateMetadataResult } from './state-metadata.js';

/** One run of a chaincode function and the queries it has open. */
export interface Invocation {
  simulation: Simulation;
  /** Changes of a key, newest first, as queryresult.KeyModification. */
  history(key: string): ResultSource;
  iterators: Map<string, ResultIterator>;
}

type Answer = Uint8Array | Promise<Uint8Array>;
type Handler = (payload: Uint8Array, invocation: Invocation) => Answer;

const { Type } = peer.ChaincodeMessage;
const NOTHING = new Uint8Array();
const MAX_OPEN = 100;

function noCollection(collection: string): void {
  if (collection) throw new Error('private data is not supported by the embedded ledger');
}

function open(invocation: Invocation, source: ResultSource, pageSize = 0): Promise<Uint8Array> {
  if (invocation.iterators.size >= MAX_OPEN) throw new Error(`more than ${MAX_OPEN} queries are open`);
  const id = `query-${invocation.iterators.size}-${crypto.randomUUID()}`;
  invocation.iterators.set(id, new ResultIterator(id, source, pageSize));
  return next(invocation, id);
}

async function next({ iterators }: Invocation, id: string): Promise<Uint8Array> {
  const iterator = iterators.get(id);
  if (!iterator) throw new Error('query iterator not found');
  const response = await iterator.batch();
  if (!response.getHasMore()) iterators.delete(id);
  return response.serializeBinary();
}

function getState(payload: Uint8Array, { simulation }: Invocation): Uint8Array {
  const request = peer.GetState.deserializeBinary(payload);
  noCollection(request.getCollection());
  return simulation.getState(request.getKey()) ?? NOTHING;
}

function putState(payload: Uint8Array, { simulation }: Invocation): Uint8Array {
  const request = peer.PutState.deserializeBinary(payload);
  noCollection(request.getCollection());
  simulation.putState(request.getKey(), request.getValue_asU8());
  return NOTHING;
}

function delState(payload: Uint8Array, { simulation }: Invocation): Uint8Array {
  const request = peer.DelState.deserializeBinary(payload);
  noCollection(request.getCollection());
  simulation.putState(request.getKey(), NOTHING);
  return NOTHING;
}

function getStateByRange(payload: Uint8Array, invocation: Invocation): Answer {
  const request = peer.GetStateByRange.deserializeBinary(payload);
  noCollection(request.getCollection());
  const paging = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
  const start = paging.getBookmark() || request.getStartkey();
  const query = invocation.simulation.openRange(start, request.getEndkey(), paging.getPagesize());
  return open(invocation, keyValues(query), paging.getPagesize());
}

function getHistoryForKey(payload: Uint8Array, invocation: Invocation): Answer {
  return open(invocation, invocation.history(peer.GetHistoryForKey.deserializeBinary(payload).getKey()));
}

function getStateMetadata(payload: Uint8Array, { simulation }: Invocation): Uint8Array {
  const request = peer.GetStateMetadata.deserializeBinary(payload);
  noCollection(request.getCollection());
  return stateMetadataResult(simulation.getMetadata(request.getKey()));
}

function putStateMetadata(payload: Uint8Array, { simulation }: Invocation): Uint8Array {
  const request = peer.PutStateMetadata.deserializeBinary(payload);
  noCollection(request.getCollection());
  const metadata = request.getMetadata();
  if (!metadata) throw new Error('there is no metadata to put');
  simulation.putMetadata(request.getKey(), [{ name: metadata.getMetakey(), value: metadata.getValue_asU8() }]);
  return NOTHING;
}

function closeQuery(payload: Uint8Array, { iterators }: Invocation): Uint8Array {
  const id = peer.QueryStateClose.deserializeBinary(payload).getId();
  iterators.delete(id);
  const response = new peer.QueryResponse();
  response.setId(id);
  return response.serializeBinary();
}

const HANDLERS = new Map<number, Handler>([
  [Type.GET_STATE, getState],
  [Type.PUT_STATE, putState],
  [Type.DEL_STATE, delState],
  [Type.GET_STATE_BY_RANGE, getStateByRange],
  [Type.GET_HISTORY_FOR_KEY, getHistoryForKey],
  [Type.GET_STATE_METADATA, getStateMetadata],
  [Type.PUT_STATE_METADATA, putStateMetadata],
  [Type.QUERY_STATE_NEXT, (payload, run) => next(run, peer.QueryStateNext.deserializeBinary(payload).getId())],
  [Type.QUERY_STATE_CLOSE, closeQuery],
]);

const NAMES = new Map<number, string>(Object.entries(Type).map(([name, number]) => [number, name]));

/** The payload of the RESPONSE. Throws with the text of the ERROR. */
export async function answerStateRequest(
  message: peer.ChaincodeMessage,
  invocation: Invocation | undefined,
): Promise<Uint8Array> {
  const name = NAMES.get(message.getType()) ?? message.getType();
  try {
    if (!invocation) throw new Error('no ledger context');
    const handler = HANDLERS.get(message.getType());
    if (!handler) throw new Error('not supported by the embedded ledger');
    return await handler(message.getPayload_asU8(), invocation);
  } catch (error) {
    throw new Error(`${name} failed: transaction ID: ${message.getTxid()}: ${(error as Error).message}`);
  }
}
