// FHIR R4 http.html#trules: DELETE, POST, PUT and PATCH, GET and HEAD

const RANK: Readonly<Record<string, number>> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 };

/** Whether an entry of this method asks for what is there. */
export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The indices of the entries in the order in which they are processed; among equals the order of the Bundle. */
export function inOrder(methods: readonly string[]): number[] {
  const rank = (index: number) => RANK[methods[index] ?? ''] ?? 3;
  return [...methods.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
}
