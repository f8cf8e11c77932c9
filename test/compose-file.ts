// The Compose Specification, "Interpolation" and "Merge": docker-compose.yml as it stands for given variables
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface ComposeService {
  image?: string;
  command?: string[] | string;
  environment?: Record<string, string>;
  volumes?: ({ type: string; source: string; target: string } | string)[];
  profiles?: string[];
  network_mode?: string;
  user?: string;
  depends_on?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
  [key: string]: unknown;
}

const yaml = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };

/** ${NAME}, ${NAME:-default} and ${NAME:?error} in the values; $$ is not used. */
function interpolated(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest = '') => {
    if (variables[name]) return variables[name];
    if (kind === '-') return rest;
    throw new Error(`${name} is not set: ${rest}`);
  });
}

function walked(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return interpolated(value, variables);
  if (Array.isArray(value)) return value.map((item) => walked(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walked(item, variables)]));
}

export async function composeFile(variables: Record<string, string>): Promise<ComposeFile> {
  const text = await readFile(join(import.meta.dirname, '..', 'docker-compose.yml'), 'utf8');
  return walked(yaml.load(text), variables) as ComposeFile;
}
