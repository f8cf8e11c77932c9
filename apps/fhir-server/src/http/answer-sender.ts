// FHIR R4 http.html: an answer of an interaction as it goes over the wire.
import type { FastifyReply } from 'fastify';
import { FhirError, type Issue, operationOutcome, unexpected } from '#libs/fhir-model';
import type { Answer } from '#libs/interactions';
import { FHIR_JSON } from './negotiate.js';

/** Sends an answer; a body is stored text and goes out byte for byte. */
export function send(reply: FastifyReply, answer: Answer): void {
  reply.status(answer.status).headers(answer.headers);
  if (answer.body === undefined) {
    void reply.send();
    return;
  }
  void reply.header('content-type', answer.contentType ?? FHIR_JSON).send(Buffer.from(answer.body));
}

/** Sends a refusal as an OperationOutcome. What is no FhirError says nothing of itself: its text may hold SQL or a patient. */
export function sendError(reply: FastifyReply, error: unknown): void {
  const refusal = error instanceof FhirError ? error : unexpected();
  reply.status(refusal.status).headers(refusal.headers);
  sendOutcome(reply, refusal.issues);
}

function sendOutcome(reply: FastifyReply, issues: Issue[]): void {
  void reply.header('content-type', FHIR_JSON).send(JSON.stringify(operationOutcome(issues)));
}
