import { totalmem } from 'node:os';

export type Settings = Record<string, string>;

const MEGABYTE = 1024 * 1024;

/**
 * Settings of an embedded Postgres: a small machine shared with the API, nothing that trades durability, and a log that never
 * holds a statement, a parameter or a row (they would be patients' data). `sockets`: a folder to listen in beside the port.
 */
export function settings(port: number, sockets = ''): Settings {
  const shared = Math.min(1024, Math.max(64, Math.floor(totalmem() / MEGABYTE / 16)));
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '80',
    shared_buffers: `${shared}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: `${shared * 4}MB`,
    random_page_cost: '1.1',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  };
}

/** The settings as command line arguments of `postgres`. */
export function settingArguments(values: Settings): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
