// OpenAPI: the document, and pages to read it and try it out. Neither says anything about a patient, and neither needs a token.
import { gunzipSync, gzipSync } from 'node:zlib';
import { Controller, Get, Inject, type OnApplicationShutdown, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '#libs/fhir-model';
import { openApiDocument } from '../openapi/document.js';
import { SwaggerUi } from '../openapi/swagger-ui.js';
import { sendError, takesGzip } from './answer-sender.js';
import { CAPABILITIES } from './tokens.js';

/** Swagger UI sets styles from its scripts; scripts, pictures and requests are our own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'max-age=300',
};

@Controller()
export class DocsController implements OnApplicationShutdown {
  readonly #ui: SwaggerUi;
  #document: object | undefined;
  #text: Buffer | undefined;

  constructor(@Inject(CAPABILITIES) private readonly capabilities: string) {
    this.#ui = new SwaggerUi(() => this.#openApi());
  }

  @Get('openapi.json')
  document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#text ??= gzipSync(JSON.stringify(this.#openApi()));
    void reply
      .headers({ ...HEADERS, vary: 'Accept-Encoding' })
      .header('content-type', 'application/json; charset=utf-8');
    if (takesGzip(request.headers['accept-encoding'])) void reply.header('content-encoding', 'gzip').send(this.#text);
    else void reply.send(gunzipSync(this.#text));
  }

  @Get(['docs', 'docs/*'])
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { status, headers, body } = await this.#ui.page(request.url);
    if (status === 200) void reply.headers({ ...headers, ...HEADERS }).send(body);
    else sendError(reply, notFound());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#ui.close();
  }

  #openApi(): object {
    this.#document ??= openApiDocument(this.capabilities);
    return this.#document;
  }
}
