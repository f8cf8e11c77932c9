// PostgreSQL 18, "Connections and Authentication", unix_socket_directories; libpq, "Connection URIs".
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROLE } from './cluster.js';

/** Bytes that the path of a socket may have: macOS takes 103, Linux 107. */
const LONGEST = 103;
/** `.s.PGSQL.` and the port. */
const NAME_BYTES = 15;

/** A list of folders has these between and around them. */
const SEPARATORS = /[,"]/;

/**
 * Where Postgres listens beside its port: in the cluster's own folder, which nobody else may enter. A statement costs both sides
 * less than over TCP. Undefined where there are no such sockets, or the folder's path cannot be that of one.
 */
export function socketFolder(cluster: string, platform: NodeJS.Platform = process.platform): string | undefined {
  const isPossible = Buffer.byteLength(cluster) + NAME_BYTES <= LONGEST && !SEPARATORS.test(cluster);
  return platform !== 'win32' && isPossible ? cluster : undefined;
}

/** Sockets of a Postgres that was killed, and their locks. None may run on the cluster. */
export function clearSockets(cluster: string): void {
  for (const name of readdirSync(cluster))
    if (name.startsWith('.s.PGSQL.')) rmSync(join(cluster, name), { force: true });
}

/** The URL to connect to, as node-postgres and libpq read it: the host in the query goes before the other. */
export function connectionUrl(port: number, password: string, database: string, folder: string | undefined): string {
  const query = folder === undefined ? '' : `?host=${encodeURIComponent(folder)}`;
  return `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}${query}`;
}
