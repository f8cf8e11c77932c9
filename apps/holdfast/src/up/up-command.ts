import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { banner } from './banner.js';
import { Supervisor } from './supervisor.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Settles when we are asked to stop: by a signal, or by the end of the program that started us. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve());
    process.on('disconnect', () => resolve());
    process.channel?.unref();
  });
}

async function up(): Promise<void> {
  // A closed terminal must not end us before everything is stopped.
  process.stdout.on('error', () => undefined);
  const config = readConfig();
  const supervisor = new Supervisor(config, say);
  const asked = askedToStop();
  const running = supervisor.start().then(async () => say(await banner(config)));
  try {
    await Promise.race([running, asked]);
    const reason = await Promise.race([asked, supervisor.failed]);
    if (reason !== undefined) {
      say(reason);
      process.exitCode = 1;
    }
    say('Stopping ...');
  } finally {
    await supervisor.stop();
    await running.catch(() => undefined);
    setTimeout(() => process.exit(), 300).unref(); // whatever is still open, nothing of it is needed
  }
  say('Stopped.');
}

/** `up`: runs everything in the foreground until it is asked to stop. */
export function upCommand(command: Command): Command {
  return command.action(up);
}
