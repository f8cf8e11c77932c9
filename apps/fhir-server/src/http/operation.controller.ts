// FHIR R4 operations.html: the URLs of the operations. Which there are says the registry in libs/interactions.
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OPERATIONS, type Operation, operationAt } from '#libs/interactions';
import { Edge, type Interact } from './edge.js';
import { unrouted } from './unrouted.js';

const PREFIX = { type: ':type', instance: ':type/:id', version: ':type/:id/_history/:version' };

function pathsOf(operations: readonly Operation[]): string[] {
  return [...new Set(operations.flatMap(({ name, on }) => on.map((level) => `${PREFIX[level]}/$${name}`)))];
}

@Controller('fhir')
export class OperationController {
  constructor(@Inject(Edge) private readonly edge: Edge) {}

  @Get(pathsOf(OPERATIONS.filter(({ affectsState }) => !affectsState)))
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, interactionOf(request));
  }

  @Post(pathsOf(OPERATIONS))
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, interactionOf(request), 'parameters');
  }
}

/** An operation that the type does not have is refused like an unknown URL, once the token is checked. */
function interactionOf({ method, url, params }: FastifyRequest): Interact {
  const name = url.split('?')[0]?.split('$').at(-1) ?? '';
  const operation = operationAt(name, params as { type?: string; id?: string; version?: string });
  return operation?.interact ?? (() => Promise.reject(unrouted(method, url)));
}
