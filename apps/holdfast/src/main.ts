import { Command } from 'commander';

type Register = (command: Command) => Command;

/** One line per command. Each brings its own module, loaded when it is used: `token` must not wait for Nest or Postgres. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<Register> }> = {
  up: {
    summary: 'start Postgres, the ledger, the worker and the FHIR server, and watch them',
    load: async () => (await import('./up/up-command.js')).upCommand,
  },
  network: {
    summary: 'run a real Fabric network on this machine, or move the log to one: up, add, adopt, status, down',
    load: async () => (await import('./network/network-command.js')).networkCommand,
  },
  token: {
    summary: 'print a development token for the server on this PORT and DATA_DIR',
    load: async () => (await import('./token/token-command.js')).tokenCommand,
  },
  generate: {
    summary: 'write synthetic patients with years of records, as transactions to import',
    load: async () => (await import('./commands/generate-command.js')).generateCommand,
  },
  import: {
    summary: 'store files, or the examples of the FHIR specification, in the running server',
    load: async () => (await import('./commands/import-command.js')).importCommand,
  },
  verify: {
    summary: 'check a saved receipt with no server, or that the log extends a kept checkpoint',
    load: async () => (await import('./commands/verify-command.js')).verifyCommand,
  },
  pin: {
    summary: 'print what others need to verify receipts of this installation',
    load: async () => (await import('./commands/pin-command.js')).pinCommand,
  },
  checkpoint: {
    summary: "print the signed head of the site's log, to be kept elsewhere",
    load: async () => (await import('./commands/checkpoint-command.js')).checkpointCommand,
  },
  events: {
    summary: "list who did what with a patient's record, when and why",
    load: async () => (await import('./commands/events-command.js')).eventsCommand,
  },
  package: {
    summary: 'add, list and remove FHIR packages that resources are validated against',
    load: async () => (await import('./package/package-command.js')).packageCommand,
  },
  doctor: {
    summary: 'say what is well with this installation and what is not',
    load: async () => (await import('./commands/doctor-command.js')).doctorCommand,
  },
};

/** Loads the one command that is asked for; all are listed for help. */
async function program(asked: string | undefined): Promise<Command> {
  const holdfast = new Command('holdfast').description('A FHIR R4 server whose every interaction can be proven.');
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = holdfast.command(name).description(summary);
    if (name === asked) (await load())(command);
  }
  return holdfast;
}

/** What the disk refuses, of a path that the user has named or chosen with DATA_DIR. */
const ON_DISK: Record<string, string> = {
  EACCES: 'this user may not read or write here. Choose another place (DATA_DIR), or ask its owner.',
  EPERM: 'this is not permitted here. Choose another place (DATA_DIR).',
  EROFS: 'this disk can only be read. Choose another place (DATA_DIR).',
  ENOTDIR: 'a part of this path is a file where a folder is needed.',
  EEXIST: 'there is a file of this name where a folder is needed.',
  EISDIR: 'this is a folder, and a file is needed.',
  ENOENT: 'there is no such file or folder.',
  ENOSPC: 'the disk is full.',
};

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'StartError') return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  const words = code !== undefined && path !== undefined ? ON_DISK[code] : undefined;
  // Anything else is a fault of ours, and its origin helps to find it.
  return words === undefined ? (error.stack ?? error.message) : `${path}: ${words}`;
}

// `holdfast events ... | head`: a reader that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const holdfast = await program(process.argv[2]);
  await holdfast.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode ||= 1;
}
