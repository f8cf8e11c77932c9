import type { CallOptions } from '@grpc/grpc-js';

/** Milliseconds a call of each kind may take. */
export const DEADLINE = { endorse: 30_000, submit: 10_000, evaluate: 15_000, block: 15_000 } as const;

export function within(milliseconds: number): CallOptions {
  return { deadline: Date.now() + milliseconds };
}
