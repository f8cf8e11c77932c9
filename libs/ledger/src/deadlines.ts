import { type CallOptions, status } from '@grpc/grpc-js';

/** Milliseconds a call of each kind may take. */
export const DEADLINE = { endorse: 30_000, submit: 10_000, evaluate: 15_000, block: 15_000 } as const;

export function within(milliseconds: number): CallOptions {
  return { deadline: Date.now() + milliseconds };
}

/** A deadline is a time of day: where the clock is set back under way, this much later the call is given up all the same. */
const GRACE_MS = 1_000;

function noAnswer(): Error {
  return Object.assign(new Error('no answer in time'), { code: status.DEADLINE_EXCEEDED });
}

/** What `call` settles with; rejects with DEADLINE_EXCEEDED when it has not done so in its time, by a clock that cannot jump. */
export async function inTime<T>(milliseconds: number, call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer()), milliseconds + GRACE_MS);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}
