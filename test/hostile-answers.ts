import type { TestServer } from '../apps/fhir-server/test/test-server.js';
import { type HostileRequest, prepare } from './hostile-requests.js';

/** An answer that takes longer than this is not bounded, however busy the machine is. */
const LONGEST_MILLISECONDS = 20_000;
const AT_ONCE = 4;
const PLACE = /^Bundle\.entry\[(\d+)\]/;

export interface Outcomes {
  readonly statuses: Map<number, number>;
  /** What should not have been, in words. */
  readonly faults: string[];
  longest: number;
}

interface Issue {
  severity?: string;
  expression?: string[];
}
interface Body {
  resourceType?: string;
  issue?: Issue[];
  entry?: { response?: { status?: string; outcome?: { resourceType: string; issue: Issue[] } } }[];
}

/** Sends all of them, a few at a time. */
export async function answersTo(server: TestServer, requests: readonly HostileRequest[]): Promise<Outcomes> {
  const outcomes: Outcomes = { statuses: new Map(), faults: [], longest: 0 };
  const open = [...requests.entries()];
  const work = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) await one(server, next[0], next[1], outcomes);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function one(server: TestServer, nth: number, request: HostileRequest, outcomes: Outcomes): Promise<void> {
  const started = performance.now();
  const { status, text } = await server.send(request.method, request.path, request.options);
  const taken = performance.now() - started;
  outcomes.longest = Math.max(outcomes.longest, taken);
  outcomes.statuses.set(status, (outcomes.statuses.get(status) ?? 0) + 1);
  // What a patch has changed, the next one finds as it was.
  if (request.method === 'PATCH' && status === 200) await prepare(server);
  const fault = taken > LONGEST_MILLISECONDS ? `took ${taken} ms` : faultIn(status, text, request);
  if (fault === undefined) return;
  outcomes.faults.push(
    `${nth}: ${status} ${fault}: ${text.slice(0, 300)} to ${Buffer.from(request.options.body as Uint8Array).toString('utf8')}`,
  );
}

/** What is wrong with an answer: a 5xx, a refusal without an OperationOutcome, or one that does not name the entry it is about. */
function faultIn(status: number, text: string, request: HostileRequest): string | undefined {
  if (status >= 500) return 'is an error of the server';
  const body = (text === '' ? {} : JSON.parse(text)) as Body;
  if (status >= 400) return faultInOutcome(body, request);
  const refused = body.entry?.filter(({ response }) => Number(response?.status?.slice(0, 3)) >= 400) ?? [];
  const wrong = refused.find(
    ({ response }) => Number(response?.status?.slice(0, 3)) >= 500 || !response?.outcome?.issue[0],
  );
  return wrong && `has an entry ${JSON.stringify(wrong)}`;
}

function faultInOutcome({ resourceType, issue = [] }: Body, { entries, options }: HostileRequest): string | undefined {
  if (resourceType !== 'OperationOutcome' || issue.length === 0) return 'has no OperationOutcome';
  const places = issue.flatMap(({ expression = [] }) => expression).filter((path) => path.startsWith('Bundle.entry'));
  if (places.length === 0 && entries > 0 && isAboutEntry(options.body as Uint8Array)) return 'names no entry';
  // One entry may have been doubled.
  const outside = places.find((path) => Number(PLACE.exec(path)?.[1] ?? entries) > entries);
  return outside && `names ${outside}, which there is not`;
}

/** Whether what is wrong with a Bundle must be in its entries, because nothing around them has changed. */
function isAboutEntry(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const { resourceType, type, entry, ...more } = JSON.parse(text) as Record<string, unknown>;
    const isBundle = resourceType === 'Bundle' && (type === 'batch' || type === 'transaction') && Array.isArray(entry);
    // A name that stands there twice, or a byte that is no UTF-8, is lost here.
    return isBundle && Object.keys(more).length === 0 && JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}
