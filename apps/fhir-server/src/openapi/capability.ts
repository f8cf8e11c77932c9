/** What is read of the CapabilityStatement: the document says what that says, and nothing else. */
export interface Capability {
  readonly software: { readonly name: string; readonly version: string };
  readonly implementation: { readonly description: string; readonly url: string };
  readonly rest: readonly [CapabilityRest];
}

export interface CapabilityRest {
  readonly documentation: string;
  readonly interaction: readonly CapabilityInteraction[];
  readonly searchParam: readonly CapabilityParameter[];
  /** URLs of CompartmentDefinitions. */
  readonly compartment: readonly string[];
  readonly resource: readonly CapabilityResource[];
}

export interface CapabilityParameter {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
}

export interface CapabilityInteraction {
  readonly code: string;
}

export interface CapabilityResource {
  readonly type: string;
  readonly interaction: readonly CapabilityInteraction[];
  readonly searchParam: readonly CapabilityParameter[];
  readonly operation: readonly { readonly name: string; readonly definition: string }[];
}
