// FHIR R4 http.html#Status-Codes: what no controller answered becomes an OperationOutcome as well.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, FhirError, payloadTooLarge, unexpected } from '#libs/fhir-model';
import type { Config } from '../config.js';
import { Edge } from './edge.js';
import { CONFIG } from './tokens.js';
import { unrouted } from './unrouted.js';

/** Catches what the framework refuses by itself: unknown URLs, bodies too large, malformed requests. */
@Catch()
export class OutcomeFilter implements ExceptionFilter {
  constructor(
    @Inject(Edge) private readonly edge: Edge,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const refusal = this.refusal(error, request);
    void this.edge.refuse(request, http.getResponse<FastifyReply>(), refusal);
  }

  private refusal(error: unknown, request: FastifyRequest): FhirError {
    if (error instanceof FhirError) return error;
    const status = statusOf(error);
    if (status === 404) return unrouted(request.method, request.url);
    if (status === 413) return payloadTooLarge(this.config.maxBodyBytes);
    return status >= 400 && status < 500 ? badRequest('The request is malformed') : unexpected();
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
