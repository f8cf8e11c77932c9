// FHIR R4, OperationOutcome.
import type { OperationOutcome } from './fhir-types.js';
import type { Issue } from './issue.js';

/** The resource that reports `issues`, of which there must be one at least. */
export function operationOutcome(issues: Issue[]): OperationOutcome {
  if (issues.length === 0) throw new RangeError('An OperationOutcome has at least one issue');
  return { resourceType: 'OperationOutcome', issue: issues.map(outcomeIssue) };
}

type OutcomeIssue = OperationOutcome['issue'][number];

function outcomeIssue({ severity, code, details, diagnostics, expression, line, column }: Issue): OutcomeIssue {
  const place = [...placeExtension('line', line), ...placeExtension('col', column)];
  return {
    ...(place.length === 0 ? {} : { extension: place }),
    severity,
    // An Issue may carry any issue-type code, the R4 types only list them.
    code: code as OutcomeIssue['code'],
    ...(details === undefined ? {} : { details: { text: details } }),
    ...(diagnostics === undefined ? {} : { diagnostics }),
    ...(expression?.length ? { expression } : {}),
  };
}

/** FHIR R4 extensions operationoutcome-issue-line and operationoutcome-issue-col. */
function placeExtension(name: 'line' | 'col', valueInteger: number | undefined) {
  if (valueInteger === undefined) return [];
  return [{ url: `http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-${name}`, valueInteger }];
}
