import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

const MAJOR = 24;

/** The Node that Holdfast runs on: npm's package for this platform, or the machine's own if it is new enough. Undefined if neither. */
export function findNode24() {
  const brought = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(brought)) return brought;
  return Number(process.versions.node.split('.')[0]) >= MAJOR ? process.execPath : undefined;
}
