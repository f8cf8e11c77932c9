import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type Parts } from './app.module.js';
import { receiveBodies } from './http/body.js';

const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
const MAX_PATH_PART = 128;

/** The server, wired but not listening. */
export async function makeServer(parts: Parts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: parts.config.maxBundleBytes,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PATH_PART },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  receiveBodies(fastify, parts.config, ({ headers }) => parts.tokens.verify(headers.authorization));
  return app;
}
