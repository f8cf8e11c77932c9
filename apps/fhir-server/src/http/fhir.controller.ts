// FHIR R4 http.html: the URLs and methods of the RESTful API. One line an interaction; what it does is in libs/interactions.
import { Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  createResource,
  deleteResource,
  historyOfInstance,
  historyOfSystem,
  historyOfType,
  patchResource,
  processBundle,
  readResource,
  readVersion,
  searchCompartment,
  searchSystem,
  searchType,
  updateResource,
} from '#libs/interactions';
import { Edge } from './edge.js';

const INSTANCE = ':type/:id';
const MEMBER = ':type/:id/:member';
const VERSION = ':type/:id/_history/:version';

@Controller('fhir')
export class FhirController {
  constructor(@Inject(Edge) private readonly edge: Edge) {}

  @Get('metadata')
  capabilities(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.capabilities(request, reply);
  }

  @Post()
  bundle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, processBundle, 'resource');
  }

  @Get()
  searchSystem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchSystem);
  }

  @Post('_search')
  searchSystemByPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchSystem, 'form');
  }

  @Get('_history')
  historyOfSystem(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, historyOfSystem);
  }

  @Get(':type/_history')
  historyOfType(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, historyOfType);
  }

  @Get(':type')
  search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchType);
  }

  @Post(':type/_search')
  searchByPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchType, 'form');
  }

  @Post(':type')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, createResource, 'resource');
  }

  @Put(':type')
  conditionalUpdate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, updateResource, 'resource');
  }

  @Patch(':type')
  conditionalPatch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, patchResource, 'patch');
  }

  @Delete(':type')
  conditionalDelete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, deleteResource);
  }

  @Get(INSTANCE)
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, readResource);
  }

  @Put(INSTANCE)
  update(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, updateResource, 'resource');
  }

  @Patch(INSTANCE)
  patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, patchResource, 'patch');
  }

  @Delete(INSTANCE)
  delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, deleteResource);
  }

  @Get(MEMBER)
  searchCompartment(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchCompartment);
  }

  @Post([`${INSTANCE}/_search`, `${MEMBER}/_search`])
  searchCompartmentByPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, searchCompartment, 'form');
  }

  @Get(`${INSTANCE}/_history`)
  history(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, historyOfInstance);
  }

  @Get(VERSION)
  vread(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.edge.answer(request, reply, readVersion);
  }
}
