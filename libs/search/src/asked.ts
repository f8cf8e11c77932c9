import type { SearchOptions } from './search-options.js';
import type { ParameterPlan } from './type-plan.js';

/** What a parameter's value is read against. */
export interface Asked {
  readonly type: string;
  /** As the client wrote it, to be named in a refusal. */
  readonly name: string;
  readonly modifier: string | undefined;
  readonly parameter: ParameterPlan;
  readonly options: SearchOptions;
}
