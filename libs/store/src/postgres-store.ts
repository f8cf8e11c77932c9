import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Hash64, Permit, WritePermit } from '#libs/consent';
import type { SearchRequest } from '#libs/search';
import { Uploads } from './blobs/uploads.js';
import { checkContent } from './checks/check-content.js';
import { checkRows } from './checks/check-rows.js';
import type { EventToRecord, RecordedEvent } from './event.js';
import { type EventRequest, eventsAbout, isDenialOnRecord } from './events/event-list.js';
import { type EventRow, eventRow } from './events/event-row.js';
import { GroupCommit } from './events/group-commit.js';
import { type EventSink, JoinedEvents } from './events/joined-events.js';
import { receiptOfVersion, type VersionReceipt } from './events/receipt.js';
import { WakeUp } from './events/wake-up.js';
import type { Fault } from './fault.js';
import type { Jobs } from './jobs/job.js';
import { PostgresJobs } from './jobs/postgres-jobs.js';
import type { PatientKeys } from './keys/patient-keys.js';
import type { SiteKeys } from './keys/site-keys.js';
import { Clock } from './postgres/clock.js';
import type { Session, TransactionalSession } from './postgres/database.js';
import { bindGenesis } from './postgres/installation.js';
import { type Locks, takeLocks } from './postgres/locks.js';
import { OpenTransaction } from './postgres/open-transaction.js';
import type { HistoryResult, ReadResult } from './read-result.js';
import type { SearchPage } from './search/search-page.js';
import type { Store, StoreTransaction } from './store.js';
import type { VersionName } from './stored-version.js';
import { absent, type ResourceName } from './versions/absent.js';
import { type Histories, type HistoriesRequest, histories, type Readable } from './versions/histories.js';
import { type HistoryRequest, history } from './versions/history.js';
import { withSecurity } from './versions/kept-labels.js';
import { type Matches, matchesTogether } from './versions/matches.js';
import { type ContentContext, newContent } from './versions/new-content.js';
import { type EventOf, type Read, readInTurn, readTogether } from './versions/read.js';
import { referredTo } from './versions/referred-to.js';
import { type SearchMatch, search } from './versions/search.js';
import { type StillShown, stillShown } from './versions/still-shown.js';
import { JoinedWrites, SingleWrites, type Write, type Writes } from './versions/writes.js';
import type { CreateRequest, DeleteRequest, NotWritten, UpdateRequest, WriteResult } from './write.js';

/** The store on Postgres: wiring only, each method's work is in the file of its name. */
export class PostgresStore implements Store {
  readonly hash64: Hash64;
  readonly uploads: Uploads;
  readonly jobs: Jobs;
  readonly #content: ContentContext;
  readonly #clock: Clock;
  readonly #wakeUp: WakeUp;
  readonly #events: EventSink;
  readonly #writes: Writes;
  readonly #matches: Matches;
  readonly #read: Read;

  /** `joined`: this is what `outer` is inside one transaction. */
  constructor(
    private readonly database: TransactionalSession,
    private readonly site: SiteKeys,
    private readonly keys: PatientKeys,
    private readonly base?: string,
    private readonly joined?: { readonly session: Session; readonly outer: TransactionalSession },
  ) {
    this.hash64 = site.hash64;
    this.uploads = new Uploads(joined?.outer ?? database);
    this.jobs = new PostgresJobs(database, keys.chain.jobs, site.hash64);
    this.#content = { hash64: site.hash64, ...(base === undefined ? {} : { base }) };
    this.#clock = new Clock(database);
    this.#wakeUp = new WakeUp(joined?.outer ?? database);
    this.#events = joined ? new JoinedEvents(joined.session) : new GroupCommit(database, this.#wakeUp.soon);
    const reading = { session: database, keys, events: this.#events };
    this.#read = joined
      ? (lookup, eventOf) => readInTurn(lookup, reading, eventOf)
      : readTogether(reading, this.#clock, this.#wakeUp.soon);
    this.#matches = matchesTogether(database, keys);
    this.#writes = joined
      ? new JoinedWrites(joined.session, joined.outer, keys)
      : new SingleWrites(database, keys, this.#clock, this.#wakeUp);
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  siteKey(purpose: string): Buffer {
    return this.site.siteKey(purpose);
  }

  read({ type, id }: { type: string; id: string }, permit: Permit, eventOf?: EventOf): Promise<ReadResult> {
    return this.#read({ type, id, permit }, eventOf);
  }

  vread(name: { type: string; id: string; version: number }, permit: Permit, eventOf?: EventOf): Promise<ReadResult> {
    return this.#read({ ...name, permit }, eventOf);
  }

  history(request: HistoryRequest, permit: Permit): Promise<HistoryResult> {
    return history(request, permit, this.database, this.keys);
  }

  historyOf(request: HistoriesRequest, readable: readonly Readable[]): Promise<Histories> {
    return histories(request, readable, this.database, this.keys);
  }

  absent(names: readonly ResourceName[], permit?: Permit): Promise<ResourceName[]> {
    return absent(names, permit, this.database);
  }

  referredTo(name: ResourceName, permit?: Permit): Promise<boolean> {
    return referredTo(name, permit, this.database, this.keys);
  }

  stillShown(names: readonly VersionName[], permit: Permit): Promise<StillShown> {
    return stillShown(names, permit, this.database);
  }

  search(request: SearchRequest, permit: Permit | readonly Readable[]): Promise<SearchPage<SearchMatch>> {
    return search(request, permit, this.database, this.keys);
  }

  matches(request: SearchRequest, permit: Permit): Promise<readonly SearchMatch[]> {
    return this.#matches(request, permit);
  }

  create(request: CreateRequest, permit: WritePermit, answer: Permit): Promise<WriteResult> {
    return this.#writes.write(this.#creation(request, permit, answer));
  }

  update(request: UpdateRequest, permit: WritePermit, answer: Permit): Promise<WriteResult> {
    return this.#writes.write(this.#replacement(request, permit, answer));
  }

  delete({ blind, ...rest }: DeleteRequest, write: WritePermit, answer: Permit): Promise<WriteResult> {
    const attempt = { ...rest, interaction: 'delete', mayCreate: false } as const;
    return this.#writes.write({ attempt, permits: { write, answer, blind } });
  }

  refused(
    request: CreateRequest | UpdateRequest,
    permit: WritePermit,
    answer: Permit,
  ): Promise<NotWritten | undefined> {
    const write =
      'mayCreate' in request ? this.#replacement(request, permit, answer) : this.#creation(request, permit, answer);
    return this.#writes.refused(write);
  }

  #creation(
    { id = randomUUID(), document, patients, ...rest }: CreateRequest,
    write: WritePermit,
    answer: Permit,
  ): Write {
    const content = newContent({ type: rest.type, id }, document, this.#content, patients);
    const attempt = { ...rest, interaction: 'create', id, content, mayCreate: true } as const;
    return { attempt, permits: { write, answer, blind: true } };
  }

  #replacement({ document, blind, labels, ...rest }: UpdateRequest, write: WritePermit, answer: Permit): Write {
    const content = newContent(rest, document, this.#content);
    const relabelled = (security: string) => newContent(rest, withSecurity(document, security), this.#content);
    const attempt = { ...rest, interaction: 'update', content, labelling: { rules: labels, relabelled } } as const;
    return { attempt, permits: { write, answer, blind } };
  }

  async transaction<T>(body: (store: StoreTransaction) => Promise<T>): Promise<T> {
    const { joined } = this;
    if (joined) return body(this.#within(joined.session, joined.outer));
    let outliving: EventRow[] = [];
    try {
      const result = await this.database.transaction((session) => {
        outliving = [];
        return body(this.#within({ run: (statement) => session.run(statement), outliving }, this.database));
      });
      this.#wakeUp.soon(true);
      return result;
    } catch (error) {
      await this.#events.record(outliving);
      throw error;
    }
  }

  #within(session: Session, outer: TransactionalSession): StoreTransaction {
    const database = new OpenTransaction(this.dataSource, session);
    const store = new PostgresStore(database, this.site, this.keys, this.base, { session, outer });
    const lock = (locks: Locks) => takeLocks(locks, session, this.hash64);
    return Object.assign(store, { lock });
  }

  async record(events: readonly EventToRecord[]): Promise<void> {
    const rows = await Promise.all(events.map((event) => eventRow(event, this.keys, this.database)));
    await this.#events.record(rows);
  }

  time(): Promise<bigint> {
    return this.#clock.now();
  }

  events(request: EventRequest): Promise<{ events: RecordedEvent[]; next?: bigint }> {
    return eventsAbout(request, this.keys, this.database);
  }

  receiptOfVersion(pid: bigint): Promise<VersionReceipt | undefined> {
    return receiptOfVersion(pid, this.keys, this.database);
  }

  isDenialOnRecord(name: { type: string; id: string }): Promise<boolean> {
    return isDenialOnRecord(name, this.keys, this.database);
  }

  bindLedger(genesis: string): Promise<void> {
    return bindGenesis(this.database, genesis);
  }

  async check(): Promise<Fault[]> {
    return [...(await checkRows(this.database)), ...(await checkContent(this.database, this.keys))];
  }

  async close(): Promise<void> {
    this.#wakeUp.close();
    await this.dataSource.destroy();
  }
}
