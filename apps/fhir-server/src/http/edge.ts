// FHIR R4 http.html: the one way from an HTTP request to an interaction and back.
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type AccessContext, accessContext } from '#libs/access';
import { resourceTypes } from '#libs/fhir-definitions';
import { FhirError, isId, notFound } from '#libs/fhir-model';
import {
  ALL,
  type Answer,
  choiceOf,
  deferrableName,
  type FhirRequest,
  heldVersions,
  type Services,
  searchIn,
  started,
  withContent,
  withLedgerNews,
  withProvenance,
} from '#libs/interactions';
import { JobRunner } from '../jobs/job-runner.js';
import { TokenVerifier } from '../token/token-verifier.js';
import { send, sendError } from './answer-sender.js';
import { ifMatch, ifModifiedSince, preference, prefersAsync } from './conditions.js';
import { failureFacts } from './failure-facts.js';
import { Measures } from './measures.js';
import { refusalFormat, represented, wantedOf } from './representation.js';
import { type BodyKind, bodyOf, contentOf } from './request-body.js';
import { CAPABILITIES, LOG, SERVICES } from './tokens.js';
import { unrouted } from './unrouted.js';

/** An interaction of libs/interactions. */
export type Interact = (services: Services, request: FhirRequest) => Promise<Answer>;

interface Path {
  type: string;
  id?: string;
  member?: string;
  version?: string;
}

/** Token, media types and headers first, then the interaction; whatever is thrown becomes an OperationOutcome. */
@Injectable()
export class Edge {
  /** Of the tokens that the verifier keeps. */
  private readonly contexts = new WeakMap<object, AccessContext>();

  constructor(
    @Inject(SERVICES) private readonly services: Services,
    @Inject(CAPABILITIES) private readonly capabilityStatement: string,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(Measures) private readonly measures: Measures,
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** `metadata`, the one page that needs no token. */
  async capabilities(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const answer = { status: 200, headers: {}, body: this.capabilityStatement };
      await send(request, reply, represented(answer, request, queryOf(request)));
    } catch (error) {
      this.fail(request, reply, error);
    }
  }

  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    interact: Interact,
    body: BodyKind = 'none',
  ): Promise<void> {
    try {
      const fhirRequest = await this.read(request, body);
      const provenance = provenanceOf(request);
      const deferred = prefersAsync(request.headers.prefer) ? deferrableName(interact) : undefined;
      const act = (services: Services, asked: FhirRequest) =>
        provenance ? withProvenance(services, asked, provenance, interact) : interact(services, asked);
      const done = deferred
        ? this.jobs.accept({ name: deferred, request: fhirRequest, ...(provenance && { provenance }) })
        : withContent(this.services, fhirRequest, act);
      const answer = await withLedgerNews(this.services, fhirRequest, await done);
      const formed = represented(answer, request, fhirRequest.query, this.services.blobs);
      const inForm = request.method === 'HEAD' ? formed : await started(formed);
      this.measures.answered(request.method, inForm.status);
      await send(request, reply, inForm, (error) => this.log.error(failed(request, 500, error), 'an answer broke off'));
    } catch (error) {
      this.fail(request, reply, error);
    }
  }

  /** Refuses, but not before the token is checked: without one nobody learns which URLs there are. */
  async refuse(request: FastifyRequest, reply: FastifyReply, refusal: FhirError): Promise<void> {
    try {
      await this.context(request);
      throw refusal;
    } catch (error) {
      this.fail(request, reply, error);
    }
  }

  private async read(request: FastifyRequest, kind: BodyKind): Promise<FhirRequest> {
    const context = await this.context(request);
    const query = queryOf(request);
    const path = pathOf(request);
    wantedOf(request);
    choiceOf(query);
    const incoming = contentOf(request);
    const body = incoming ? undefined : await bodyOf(request, kind);
    const { headers } = request;
    const match = ifMatch(headers['if-match']);
    const since = ifModifiedSince(headers['if-modified-since']);
    const condition = conditionOf(request, path);
    return {
      context,
      ...path,
      query: kind === 'form' ? [...query, ...new URLSearchParams(body?.toString('utf8'))] : query,
      ...(kind !== 'form' && body ? { body } : {}),
      ...(incoming && { incoming }),
      ...(body === undefined || body === request.body ? {} : { source: 'translation' as const }),
      ...(match === undefined ? {} : { ifMatch: match }),
      ...(since === undefined ? {} : { ifModifiedSince: since }),
      ...(condition === undefined ? {} : { condition }),
      ifNoneMatch: heldVersions(headers['if-none-match']),
      preference: preference(headers.prefer as string | undefined),
    };
  }

  private async context(request: FastifyRequest): Promise<AccessContext> {
    const claims = await this.tokens.verify(request.headers.authorization);
    const context = this.contexts.get(claims) ?? accessContext(claims, this.services.custodian);
    this.contexts.set(claims, context);
    return context;
  }

  private fail(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
    const status = error instanceof FhirError ? error.status : 500;
    this.measures.answered(request.method, status);
    if (status === 401) this.measures.loginRefused();
    if (status >= 500) this.log.error(failed(request, status, error), 'request failed');
    sendError(reply, error, refusalFormat(request));
  }
}

function failed({ id: requestId }: FastifyRequest, status: number, error: unknown) {
  return { requestId, status, failure: failureFacts(error) };
}

/** @throws FhirError 404 for what is no R4 type or no possible id: there can be no such resource. */
function pathOf({ params, method, url }: FastifyRequest): Path {
  const { type, id, member, version } = params as Partial<Path>;
  if (type === undefined) return { type: '' };
  const possible = (part: string | undefined) => part === undefined || isId(part);
  if (!resourceTypes().has(type) || !possible(id) || !possible(version)) throw notFound();
  if (!isMember(member)) throw unrouted(method, url);
  return {
    type,
    ...(id === undefined ? {} : { id }),
    ...(member === undefined ? {} : { member }),
    ...(version === undefined ? {} : { version }),
  };
}

/** What else may stand there is an operation that is not for this method, or nothing. */
function isMember(part: string | undefined): boolean {
  return part === undefined || part === ALL || resourceTypes().has(part);
}

function queryOf({ url }: FastifyRequest): [string, string][] {
  const start = url.indexOf('?');
  return start < 0 ? [] : [...new URLSearchParams(url.slice(start + 1))];
}

/** X-Provenance of a write, in UTF-8 whatever Node takes a header for. */
function provenanceOf({ method, headers }: FastifyRequest): Buffer | undefined {
  const header = headers['x-provenance'];
  return typeof header === 'string' && method !== 'GET' && method !== 'HEAD'
    ? Buffer.from(header, 'latin1')
    : undefined;
}

/** If-None-Exist of a create; of an update, patch or delete without an id, the query. */
function conditionOf(request: FastifyRequest, { id }: Path): string | undefined {
  if (id !== undefined || request.method === 'GET') return undefined;
  const [, ...query] = request.url.split('?');
  if (request.method !== 'POST') return query.length === 0 ? undefined : query.join('?');
  const header = request.headers['if-none-exist'];
  return typeof header === 'string' ? searchIn(header) : undefined;
}
