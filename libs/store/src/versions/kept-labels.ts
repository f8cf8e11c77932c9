// FHIR R4 security-labels.html: a label stays on a resource until somebody removes it who may.
import { type JsonDocument, type JsonObject, type JsonValue, members, parse } from '#libs/fhir-json';
import { FhirError } from '#libs/fhir-model';
import type { PatientKeys } from '../keys/patient-keys.js';
import { BrokenSeal } from '../keys/seal.js';
import { bigints } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import type { LabelRules } from '../write.js';
import type { NewContent } from './new-content.js';
import { securityOf } from './security-labels.js';
import { openVersion, type VersionRow, versionColumns } from './version-row.js';

/** The content of an update, and the version that it replaces. */
export interface Replacement {
  readonly rules: LabelRules;
  readonly content: NewContent;
  /** The content with this text as its `meta.security`, where it has none. */
  readonly relabelled: (security: string) => NewContent;
  /** pid of the current version. */
  readonly current: bigint;
}

/** What the labels of the current version make of an update: other content, or a refusal. */
export interface LabelJudgement {
  readonly content?: NewContent;
  readonly unlabels?: true;
}

interface Labels {
  readonly keys: readonly string[];
  /** The list as it stands in the resource. */
  readonly text: string;
}

const NONE: Labels = { keys: [], text: '[]' };

/** Current versions that are in memory at a time. */
const AT_ONCE = 16;

/** Judges updates whose locks are held, each in its place; undefined is no update, or there is nothing that it replaces. */
export async function judgeLabels(
  replacements: readonly (Replacement | undefined)[],
  session: Session,
  keys: PatientKeys,
): Promise<LabelJudgement[]> {
  const judgements: LabelJudgement[] = [];
  for (let at = 0; at < replacements.length; at += AT_ONCE) {
    const some = replacements.slice(at, at + AT_ONCE);
    const labels = await currentLabels(
      some.flatMap((one) => (one && isJudged(one) ? [one.current] : [])),
      session,
      keys,
    );
    judgements.push(...some.map((one) => (one && isJudged(one) ? judged(one, labels.get(one.current)) : {})));
  }
  return judgements;
}

function isJudged({ rules, content }: Replacement): boolean {
  return !rules.mayUnlabel || (rules.keepsLabels && securityOf(content.document.value) === undefined);
}

/** Labels that cannot be told, as the version was altered, are there to who may not remove any. */
function judged({ rules, content, relabelled }: Replacement, before: Labels | undefined): LabelJudgement {
  if (before === undefined) return rules.mayUnlabel ? {} : { unlabels: true };
  if (before.keys.length === 0) return {};
  const security = securityOf(content.document.value);
  if (rules.keepsLabels && security === undefined) return { content: relabelled(before.text) };
  const given = new Set(keysOf(security));
  return rules.mayUnlabel || before.keys.every((key) => given.has(key)) ? {} : { unlabels: true };
}

/** By pid; absent for a version that does not open. */
async function currentLabels(
  pids: readonly bigint[],
  session: Session,
  keys: PatientKeys,
): Promise<ReadonlyMap<bigint, Labels>> {
  if (pids.length === 0) return new Map();
  const rows = await session.run<VersionRow>(
    prepared(
      (bind) => `SELECT ${versionColumns('v')} FROM version v WHERE v.pid = ANY(${bind(bigints(pids))}::bigint[])`,
    ),
  );
  const found = new Map<bigint, Labels>();
  for (const row of rows) {
    const labels = await labelsOf(row, keys);
    if (labels) found.set(BigInt(row.pid), labels);
  }
  return found;
}

/** None where the key of the patient has been destroyed: nothing is left that they could protect. */
async function labelsOf(row: VersionRow, keys: PatientKeys): Promise<Labels | undefined> {
  try {
    return labelsIn(parse((await openVersion(row, keys)).bytes));
  } catch (error) {
    if (error instanceof BrokenSeal) return undefined;
    if (error instanceof FhirError && error.status === 410) return NONE;
    throw error;
  }
}

function labelsIn({ text, value }: JsonDocument): Labels {
  const keys = keysOf(securityOf(value));
  if (keys.length === 0) return NONE;
  const meta = named(text, 0, 'meta');
  const security = meta && named(text, meta.start, 'security');
  return security ? { keys, text: text.slice(security.start, security.end) } : NONE;
}

/** A label is known by system and code; one without either, by all that it has. */
function keysOf(security: JsonValue | undefined): string[] {
  if (!Array.isArray(security)) return [];
  return security.map((label) => {
    const { system, code } = isObject(label) ? label : {};
    return JSON.stringify(system === undefined && code === undefined ? label : [system ?? null, code ?? null]);
  });
}

/** A resource without labels, with this text as its `meta.security`. */
export function withSecurity({ text }: JsonDocument, security: string): JsonDocument {
  const meta = named(text, 0, 'meta');
  const before = named(text, 0, 'id') ?? named(text, 0, 'resourceType');
  const member = `"security":${security}`;
  if (meta) return inserted(text, meta.start + 1, text[meta.start + 1] === '}' ? member : `${member},`);
  if (before) return inserted(text, before.end, `,"meta":{${member}}`);
  throw new TypeError('A resource has a resourceType');
}

function inserted(text: string, at: number, more: string): JsonDocument {
  return parse(Buffer.from(text.slice(0, at) + more + text.slice(at)));
}

function named(text: string, at: number, wanted: string) {
  return members(text, at).find(({ name }) => name === wanted);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
