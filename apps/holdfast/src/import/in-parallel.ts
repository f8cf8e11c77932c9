/**
 * Does `work` on every item, at most `workers` at a time, taking an item only when a worker is free for it.
 * The first error stops the taking of further items and is thrown when the work under way has ended.
 */
export async function inParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = drain(items);
  const errors: unknown[] = [];
  const worker = async () => {
    while (errors.length === 0) {
      try {
        const next = await queue.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  await queue.return(undefined);
  if (errors.length > 0) throw errors[0];
}

/** As a generator, which queues the calls of several workers. */
async function* drain<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
