// FHIR R4 async.html: the URLs under which answers are fetched later, and given up.
import { Controller, Delete, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cancelJob, jobStatus } from '#libs/interactions';
import { Edge } from './edge.js';

@Controller('fhir/_async')
export class AsyncController {
  constructor(@Inject(Edge) private readonly edge: Edge) {}

  @Get(':job')
  status(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, (services, asked) => jobStatus(services, asked, jobOf(request)));
  }

  @Delete(':job')
  cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, (services, asked) => cancelJob(services, asked, jobOf(request)));
  }
}

function jobOf({ params }: FastifyRequest): string {
  return (params as { job: string }).job;
}
