/** What is read of the CapabilityStatement: the document says what that says, and nothing else. */
export interface Capability {
  readonly software: { readonly name: string; readonly version: string };
  readonly implementation: { readonly description: string; readonly url: string };
  readonly rest: readonly [CapabilityRest];
}

export interface CapabilityRest {
  readonly documentation: string;
  readonly interaction: readonly CapabilityInteraction[];
  readonly resource: readonly CapabilityResource[];
}

export interface CapabilityInteraction {
  readonly code: string;
}

export interface CapabilityResource {
  readonly type: string;
  readonly interaction: readonly CapabilityInteraction[];
  readonly searchParam: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  readonly operation: readonly { readonly name: string; readonly definition: string }[];
}
