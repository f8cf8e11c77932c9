// FHIR R4, OperationOutcome.issue.

/** One thing that went wrong. Nothing in it may carry a patient's data, SQL or a stack trace: clients see it as it is. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type. */
  code: string;
  /** A sentence for whoever debugs the client. */
  diagnostics?: string;
  /** A sentence for the user; becomes `details.text`. */
  details?: string;
  /** Where, as a simple FHIRPath: `Patient.name[0].given`. */
  expression?: string[];
  /** Of the place in the text as sent, counted from 1. */
  line?: number;
  column?: number;
}
