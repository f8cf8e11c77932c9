// FHIR R4 bundle.html#transaction: an entry of a generated transaction
export interface Entry {
  readonly fullUrl: string;
  readonly resource: { readonly resourceType: string };
  readonly request: { readonly method: 'POST'; readonly url: string; readonly ifNoneExist?: string };
}

/** A transaction as JSON text. */
export function transactionText(entries: readonly Entry[]): string {
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries });
}
