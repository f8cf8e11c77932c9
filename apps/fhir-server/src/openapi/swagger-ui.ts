// Swagger UI by nestjs/swagger, in an application of its own that is made when somebody first asks for it.
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

@Module({})
class Nothing {}

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const KEPT_HEADERS = ['content-type', 'etag', 'last-modified', 'location'];

/** Pages below `/docs`. Everything comes from this server; the page asks nobody else for anything. */
export class SwaggerUi {
  #app: Promise<NestFastifyApplication> | undefined;

  constructor(private readonly document: () => object) {}

  async page(url: string): Promise<Page> {
    this.#app ??= this.#made();
    const { statusCode, headers, rawPayload } = await (await this.#app).inject({ method: 'GET', url });
    const kept = KEPT_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    return { status: statusCode, headers: Object.fromEntries(kept), body: rawPayload };
  }

  async close(): Promise<void> {
    await (await this.#app)?.close();
  }

  async #made(): Promise<NestFastifyApplication> {
    const { SwaggerModule } = await import('@nestjs/swagger');
    const app = await NestFactory.create<NestFastifyApplication>(Nothing, new FastifyAdapter(), { logger: false });
    SwaggerModule.setup('docs', app, this.document as never, {
      raw: false,
      customSiteTitle: 'Holdfast',
      swaggerOptions: { docExpansion: 'none', defaultModelsExpandDepth: -1, filter: true, validatorUrl: null },
    });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return app;
  }
}
