import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Services } from '#libs/interactions';
import type { Config } from './config.js';
import { AsyncController } from './http/async.controller.js';
import { DocsController } from './http/docs.controller.js';
import { Edge } from './http/edge.js';
import { FhirController } from './http/fhir.controller.js';
import { HealthReport } from './http/health-report.js';
import { Lag } from './http/lag.js';
import { Measures } from './http/measures.js';
import { OperationController } from './http/operation.controller.js';
import { OperationsController } from './http/operations.controller.js';
import { OutcomeFilter } from './http/outcome.filter.js';
import { CAPABILITIES, CONFIG, LOG, SERVICES } from './http/tokens.js';
import { JobRunner } from './jobs/job-runner.js';
import { TokenVerifier } from './token/token-verifier.js';

/** What the wiring is given: made by main.ts, or by a test with its own store. */
export interface Parts {
  config: Config;
  services: Services;
  tokens: TokenVerifier;
  /** The CapabilityStatement as JSON text. */
  capabilities: string;
  log: Logger;
}

/** The one wiring page. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  static of({ config, services, tokens, capabilities, log }: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [OperationsController, DocsController, AsyncController, OperationController, FhirController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: SERVICES, useValue: services },
        { provide: CAPABILITIES, useValue: capabilities },
        { provide: LOG, useValue: log },
        { provide: TokenVerifier, useValue: tokens },
        { provide: APP_FILTER, useClass: OutcomeFilter },
        Edge,
        HealthReport,
        JobRunner,
        Lag,
        Measures,
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.services.store.close();
  }
}
