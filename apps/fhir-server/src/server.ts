import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type Parts } from './app.module.js';
import { receiveBodies } from './http/body.js';

const MAX_PATH_PART = 128;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const EXPOSED = [
  'ETag',
  'Last-Modified',
  'Location',
  'Content-Location',
  'X-Request-Id',
  'Retry-After',
  'Warning',
  'X-Progress',
  'Preference-Applied',
];

/** FHIR R4 http.html#custom: the client's own id of the request where it is a plain one, else a new one. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9\-._:]{1,128}$/.test(header) ? header : randomUUID();
}

/** The server, wired but not listening. */
export async function makeServer(parts: Parts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: parts.config.maxBundleBytes,
    // Bodies have their own time limits: content of a Binary may take as long as it keeps arriving. Headers have Node's.
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    genReqId: (request: { headers: IncomingHttpHeaders }) => requestId(request.headers['x-request-id']),
    // Clients that resolve paths against the base send Bundles to `/fhir/`.
    routerOptions: { maxParamLength: MAX_PATH_PART, ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  if (parts.config.corsOrigins.length > 0) {
    app.enableCors({ origin: parts.config.corsOrigins, methods: METHODS, exposedHeaders: EXPOSED, maxAge: 600 });
  }
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  receiveBodies(fastify, parts.config, ({ headers }) => parts.tokens.verify(headers.authorization));
  return app;
}
