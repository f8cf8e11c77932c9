// Fabric read-write set semantics: reads see the snapshot and never the transaction's own writes
import {
  type KeyRead,
  type KeyWrite,
  lifecycleSequenceKey,
  type MetadataWrite,
  type NamespaceSet,
  type StateValue,
} from '#libs/fabric-block';
import type { StateView } from '../state/state.js';
import { RangeQuery } from './range-query.js';

export const LIFECYCLE = '_lifecycle';

/** One run of a chaincode function on one state. Errors are plain and go back to the chaincode. */
export class Simulation {
  private readonly reads = new Map<string, KeyRead>();
  private readonly writes = new Map<string, KeyWrite>();
  private readonly metadataWrites = new Map<string, MetadataWrite>();
  private readonly queries: RangeQuery[] = [];
  private readonly sequence: KeyRead;
  private paged = false;

  /** Throws when the chaincode is not defined on the channel. */
  constructor(
    readonly view: StateView,
    readonly chaincode: string,
    private readonly txId: string,
  ) {
    const key = lifecycleSequenceKey(chaincode);
    const definition = view.get(LIFECYCLE, key);
    if (!definition) throw new Error(`chaincode ${chaincode} not found`);
    this.sequence = { key, version: definition.version };
  }

  private read(key: string): StateValue | undefined {
    const entry = this.view.get(this.chaincode, key);
    this.reads.set(key, { key, version: entry?.version });
    return entry;
  }

  getState(key: string): Uint8Array | undefined {
    return this.read(key)?.value;
  }

  /** Encoded metadata entries of the key; undefined where there are none. */
  getMetadata(key: string): Uint8Array | undefined {
    return this.read(key)?.metadata;
  }

  /** An empty value deletes the key, as in Fabric. */
  putState(key: string, value: Uint8Array): void {
    this.mayWrite();
    this.writes.set(key, { key, value, isDelete: value.length === 0 });
  }

  /** Replaces what metadata the key has. */
  putMetadata(key: string, entries: MetadataWrite['entries']): void {
    this.mayWrite();
    this.metadataWrites.set(key, { key, entries });
  }

  private mayWrite(): void {
    if (!this.paged) return;
    throw new Error(
      `txid [${this.txId}]: unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed`,
    );
  }

  /** `pageSize` 0 means no paging. */
  openRange(startKey: string, endKey: string, pageSize: number): RangeQuery {
    if (pageSize > 0 && this.writes.size + this.metadataWrites.size > 0)
      throw new Error(
        `txid [${this.txId}]: unsuppored transaction. Paginated queries are supported only in a read-only transaction`,
      );
    this.paged ||= pageSize > 0;
    const query = new RangeQuery(this.view, this.chaincode, startKey, endKey, pageSize);
    this.queries.push(query);
    return query;
  }

  /** The read-write set. To be called once, when the function has returned. */
  results(): NamespaceSet[] {
    const own: NamespaceSet = {
      namespace: this.chaincode,
      reads: [...this.reads.values()],
      ranges: this.ranges(),
      writes: [...this.writes.values()],
      metadataWrites: [...this.metadataWrites.values()],
    };
    const lifecycle = { namespace: LIFECYCLE, reads: [this.sequence], ranges: [], writes: [], metadataWrites: [] };
    const touched = own.reads.length + own.ranges.length + own.writes.length + own.metadataWrites.length > 0;
    return touched ? [lifecycle, own] : [lifecycle];
  }

  /** Equal queries count once. */
  private ranges(): NamespaceSet['ranges'] {
    const unique = new Map<string, NamespaceSet['ranges'][number]>();
    for (const query of this.queries) {
      const record = query.record();
      const id = JSON.stringify([record.startKey, record.endKey, record.exhausted]);
      if (!unique.has(id)) unique.set(id, record);
    }
    return [...unique.values()];
  }
}
