import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type AccessFacts, decide, decideWrite } from '#libs/consent';
import { makeEvent } from '#libs/evidence';
import { type JsonDocument, parse } from '#libs/fhir-json';
import {
  type EventMaker,
  type EventToRecord,
  type MasterKey,
  masterKey,
  openStore,
  type ReadResult,
  type Store,
  type WriteResult,
} from '#libs/store';
import { createDatabase } from '../../../test/database.js';

export const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

/** The custodian's own system, treating. */
export const SYSTEM: AccessFacts = { actors: ['Organization/custodian'], staff: true, purpose: 'TREAT' };

/** A store over a database of its own, and short ways to use it as one requester or another. */
export interface TestStore {
  readonly store: Store;
  readonly master: MasterKey;
  readonly url: string;
  put(resource: Resource, as?: AccessFacts, more?: Partial<Expected>): Promise<WriteResult>;
  remove(type: string, id: string, as?: AccessFacts, more?: Partial<Expected>): Promise<WriteResult>;
  read(type: string, id: string, as?: AccessFacts): ReturnType<Store['read']>;
  /** The same, and on record. */
  show(type: string, id: string, as?: AccessFacts): ReturnType<Store['read']>;
  sql<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface Resource {
  resourceType: string;
  id: string;
  [element: string]: unknown;
}

interface Expected {
  ifMatch: number;
  mayCreate: boolean;
  blind: boolean;
  event: EventMaker;
}

export async function testStore(): Promise<TestStore> {
  const database = await createDatabase();
  const master = masterKey(randomBytes(32));
  const store = await openStore({ url: database.url, masterKey: master, migrations: MIGRATIONS, poolSize: 20 });
  const permits = (as: AccessFacts) => [decideWrite(as, store.hash64), decide(as, store.hash64)] as const;
  const labels = { keepsLabels: true, mayUnlabel: false };
  const expected = { mayCreate: true, blind: true, labels, event: eventOf };
  return {
    store,
    master,
    url: database.url,
    put: (resource, as = SYSTEM, more = {}) => {
      const { resourceType: type, id } = resource;
      return store.update({ ...expected, type, id, document: document(resource), ...more }, ...permits(as));
    },
    remove: (type, id, as = SYSTEM, more = {}) => store.delete({ ...expected, type, id, ...more }, ...permits(as)),
    read: (type, id, as = SYSTEM) => store.read({ type, id }, decide(as, store.hash64)),
    show: (type, id, as = SYSTEM) => store.read({ type, id }, decide(as, store.hash64), readEvent),
    sql: (text, values) => store.dataSource.query(text, values),
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

export function document(resource: object): JsonDocument {
  return parse(Buffer.from(JSON.stringify(resource)));
}

/** As the interactions make it. */
export const eventOf: EventMaker = (time, { outcome, decision, patients, subject, written, consent }) =>
  makeEvent(
    {
      action: 'update',
      decision,
      outcome: {
        created: 201,
        updated: 200,
        deleted: 204,
        conflict: 412,
        absent: 404,
        gone: 410,
        denied: 404,
        unlabelled: 403,
      }[outcome],
      client: 'test',
      definitions: 'test',
      patient: patients.length === 1 ? patients[0] : undefined,
      consent,
      content: written?.commitment,
      subject: subject && { type: subject.type, id: subject.id, version: String(subject.version) },
    },
    'test-site',
    time,
  );

/** As the interactions make it. */
export function readEvent(result: ReadResult): EventToRecord {
  const { outcome, time } = result;
  const decision = outcome === 'denied' ? 'deny' : 'permit';
  const patients = outcome === 'absent' ? [] : 'patients' in result ? result.patients : result.version.patients;
  const version = 'version' in result ? result.version : undefined;
  const event = makeEvent(
    {
      action: 'read',
      decision,
      outcome: { found: 200, gone: 410, absent: 404, denied: 404, broken: 500 }[outcome],
      client: 'test',
      definitions: 'test',
      patient: patients.length === 1 ? patients[0] : undefined,
      consent: 'consent' in result ? result.consent : undefined,
      subject: version && { type: version.type, id: version.id, version: String(version.version) },
    },
    'test-site',
    time,
  );
  const consents = 'consent' in result && result.consent !== undefined ? result.consent.split(' ') : [];
  return { event, decision, time, patients, consents, ...(version ? { subject: version } : {}) };
}
