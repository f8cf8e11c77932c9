// FHIR R4 http.html#ccreate
import type { StoredVersion } from '#libs/store';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { eventOf, subjectOf } from '../record.js';
import type { Services } from '../services.js';
import { writtenAnswer } from '../version-answer.js';
import { queryOf } from './match.js';

/**
 * What a conditional create answers that found its match: nothing is written, the event is recorded. A match that comes without its
 * content is answered without.
 */
export async function existingAnswer(services: Services, request: FhirRequest, match: StoredVersion): Promise<Answer> {
  const time = await services.store.time();
  const subject = subjectOf(match);
  const done = { action: 'create', decision: 'permit', outcome: 200, subject, content: match.commitment } as const;
  await services.store.record([eventOf(services, request, time, { ...done, ...queryOf(request) }, match.patients)]);
  const hasContent = match.bytes.length > 0;
  return { ...writtenAnswer(services, request, 200, match, hasContent), written: [] };
}
