import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HealthReport } from './health-report.js';
import { Measures } from './measures.js';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Health and metrics: for whoever operates the server. Neither says anything about a patient. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(HealthReport) private readonly health: HealthReport,
    @Inject(Measures) private readonly measures: Measures,
  ) {}

  /** 200 as long as the process answers. */
  @Get(['health', 'health/live'])
  live(): { status: string } {
    return { status: 'up' };
  }

  /** 200 if the database takes statements, 503 otherwise. The ledger's lag is told, but does not make it unready. */
  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    void reply.status(report.status === 'up' ? 200 : 503).send(report);
  }

  /** Prometheus text; without a token, so only for a client on this machine. */
  @Get('metrics')
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) {
      void reply.status(403).send();
      return;
    }
    const { contentType, body } = await this.measures.text();
    void reply.header('content-type', contentType).send(body);
  }
}
