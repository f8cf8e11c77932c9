// Fabric chaincode queries: results go to the chaincode in batches of 100; one more is read ahead to know whether to say "more"
import { ledger, peer } from '@hyperledger/fabric-protos';
import type { RangeQuery } from '../simulation/range-query.js';

const MAX_BATCH = 100;
const MAX_TOTAL = 100_000;

/** Encoded results, one after the other. */
export interface ResultSource {
  next(): Promise<Uint8Array | undefined>;
  /** Where the next page starts. */
  bookmark(): string;
}

/** Keys and values of a range query as queryresult.KV. */
export function keyValues(query: RangeQuery): ResultSource {
  return {
    async next() {
      const found = query.next();
      if (!found) return undefined;
      const message = new ledger.queryresult.KV();
      message.setNamespace(query.namespace);
      message.setKey(found.key);
      message.setValue(found.value);
      return message.serializeBinary();
    },
    bookmark: () => query.bookmark(),
  };
}

/** One open query of a chaincode. */
export class ResultIterator {
  private pending: Uint8Array[] = [];
  private total = 0;

  /** `pageSize` 0 means no paging. */
  constructor(
    private readonly id: string,
    private readonly source: ResultSource,
    private readonly pageSize = 0,
  ) {}

  private async pull(): Promise<Uint8Array | undefined> {
    const limit = this.pageSize > 0 ? Math.min(this.pageSize, MAX_TOTAL) : MAX_TOTAL;
    if (this.total >= limit) return undefined;
    const result = await this.source.next();
    if (result) this.total += 1;
    return result;
  }

  private cut(hasMore: boolean, next: Uint8Array[]): peer.QueryResponse {
    const response = new peer.QueryResponse();
    response.setId(this.id);
    response.setHasMore(hasMore);
    response.setResultsList(
      this.pending.map((bytes) => {
        const result = new peer.QueryResultBytes();
        result.setResultbytes(bytes);
        return result;
      }),
    );
    this.pending = next;
    return response;
  }

  /** The next batch; the iterator is over when it does not say that there is more. */
  async batch(): Promise<peer.QueryResponse> {
    for (let result = await this.pull(); result; result = await this.pull()) {
      if (this.pageSize === 0 && this.pending.length === MAX_BATCH) return this.cut(true, [result]);
      this.pending.push(result);
    }
    const response = this.cut(false, []);
    if (this.pageSize > 0) {
      const metadata = new peer.QueryResponseMetadata();
      metadata.setBookmark(this.source.bookmark());
      metadata.setFetchedRecordsCount(this.total);
      response.setMetadata(metadata.serializeBinary());
    }
    return response;
  }
}
