// A seeded load over the API that keeps a diary: every request, its answer, and when each began and ended
import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from './chance.js';
import type { InstallationUnderTest } from './installation.js';

/** What a client knows of one request. Without a status, nobody knows what became of it. */
export interface Entry {
  kind: 'create' | 'update' | 'read' | 'permit' | 'revoke';
  as: 'system' | 'stranger';
  type: string;
  id: string;
  began: number;
  ended: number;
  status?: number;
  /** The version that the answer names. */
  version?: number;
  /** The value that a write carried, or that a read showed. */
  value?: number;
}

const PATIENTS = 6;
const TIMEOUT_MS = 15_000;
const SCOPE = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] };
const CATEGORY = [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }];

const consent = (patient: number, status: 'active' | 'inactive') => ({
  resourceType: 'Consent',
  id: `consent-${patient}`,
  status,
  scope: SCOPE,
  category: CATEGORY,
  patient: { reference: `Patient/p${patient}` },
  policy: [{ uri: 'http://example.org/policy' }],
  provision: {
    type: 'permit',
    actor: [{ role: { text: 'recipient' }, reference: { reference: 'Practitioner/9' } }],
  },
});

const observation = (id: string, patient: number, value: number) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'load' },
  subject: { reference: `Patient/p${patient}` },
  valueInteger: value,
});

/** Clients that ask as fast as they are answered. Each has ids of its own; patients and their Consents are shared. */
export class Load {
  readonly diary: Entry[] = [];
  private isOver = false;
  private readonly clients: Promise<void>[];

  constructor(
    private readonly installation: InstallationUnderTest,
    seed: number,
    clients: number,
    private readonly pauseMs = 0,
  ) {
    this.clients = Array.from({ length: clients }, (_, index) => this.client(index, new Chance(seed * 1000 + index)));
  }

  async stop(): Promise<Entry[]> {
    this.isOver = true;
    await Promise.all(this.clients);
    return this.diary;
  }

  private async client(index: number, chance: Chance): Promise<void> {
    for (let turn = 0; !this.isOver; turn += 1) {
      const patient = chance.below(PATIENTS);
      const id = `o-${index}-${chance.below(40)}`;
      const dice = chance.next();
      if (dice < 0.4) await this.write('update', observation(id, index % PATIENTS, index * 1_000_000 + turn));
      else if (dice < 0.65) await this.read('system', id);
      else if (dice < 0.9) await this.read('stranger', id);
      else if (dice < 0.95) await this.write('permit', consent(patient, 'active'));
      else await this.write('revoke', consent(patient, 'inactive'));
      if (this.pauseMs > 0) await sleep(this.pauseMs);
    }
  }

  private async write(
    kind: Entry['kind'],
    resource: { resourceType: string; id: string; valueInteger?: number },
  ): Promise<void> {
    const { resourceType: type, id, valueInteger: value } = resource;
    const entry: Entry = {
      kind,
      as: 'system',
      type,
      id,
      began: Date.now(),
      ended: 0,
      ...(value === undefined ? {} : { value }),
    };
    const answer = await this.ask('PUT', `${type}/${id}`, 'system', resource);
    const version = /W\/"(\d+)"/.exec(answer?.etag ?? '')?.[1];
    this.note(entry, answer?.status, version === undefined ? undefined : Number(version));
  }

  private async read(as: Entry['as'], id: string): Promise<void> {
    const entry: Entry = { kind: 'read', as, type: 'Observation', id, began: Date.now(), ended: 0 };
    const answer = await this.ask('GET', `Observation/${id}`, as);
    const version = /W\/"(\d+)"/.exec(answer?.etag ?? '')?.[1];
    if (answer?.status === 200) entry.value = JSON.parse(answer.text).valueInteger;
    this.note(entry, answer?.status, version === undefined ? undefined : Number(version));
  }

  private note(entry: Entry, status: number | undefined, version: number | undefined): void {
    entry.ended = Date.now();
    if (status !== undefined) entry.status = status;
    if (version !== undefined) entry.version = version;
    this.diary.push(entry);
  }

  private async ask(method: string, path: string, as: Entry['as'], body?: object) {
    const { base, tokens } = this.installation;
    try {
      const response = await fetch(`${base}/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokens[as]}`,
          ...(body ? { 'content-type': 'application/fhir+json', prefer: 'return=minimal' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return { status: response.status, etag: response.headers.get('etag') ?? '', text };
    } catch {
      await sleep(50); // nobody listens; asking faster tells nothing
      return undefined;
    }
  }
}
