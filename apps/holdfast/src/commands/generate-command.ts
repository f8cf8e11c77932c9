import { type Command, InvalidArgumentError, Option } from 'commander';
import { generate } from '../generate/generate.js';
import { type Layout, writeFiles } from '../generate/write-files.js';
import { Progress } from '../import/progress.js';

interface Options {
  patients: number;
  seed: string;
  output: string;
  format: Layout;
}

const MOST_PATIENTS = 10_000_000;

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST_PATIENTS) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_PATIENTS}.`);
  }
  return number;
}

async function runCommand({ patients, seed, output, format }: Options): Promise<void> {
  // The hospitals are one transaction more.
  const progress = new Progress(process.stderr, 'Generating', patients + 1);
  let resources = 0;
  await writeFiles(generate(seed, patients), output, format, (one) => {
    resources += one.resources;
    progress.advance();
  });
  progress.finish();
  process.stdout.write(`${patients} patients with ${resources} resources in ${output}; seed ${seed}\n`);
}

/** `generate`: synthetic patients as transactions for `import`; the same for the same seed, whenever and wherever. */
export function generateCommand(command: Command): Command {
  return command
    .option('--patients <number>', 'how many', count, 10)
    .option('--seed <text>', 'another seed gives other patients', 'holdfast')
    .requiredOption('--output <folder>', 'where the files go')
    .addOption(
      new Option('--format <layout>', 'one Bundle a file, or one a line')
        .choices(['bundles', 'ndjson'])
        .default('ndjson'),
    )
    .action(runCommand);
}
