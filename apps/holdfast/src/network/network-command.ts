import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.js';
import { type AdoptOptions, networkAdopt } from './adopt/network-adopt.js';
import { networkAdd } from './network-add.js';
import { networkDown } from './network-down.js';
import { networkStatus } from './network-status.js';
import { networkUp, type UpOptions } from './network-up.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** `network up | add | adopt | status | down`: a real Fabric network on this machine, from the programs that Fabric publishes. */
export function networkCommand(command: Command): Command {
  command
    .command('up')
    .description('make or start the network: an orderer, a peer for each hospital, and the contract')
    .option('--orgs <number>', 'hospitals, when the network is made (default 2)', wholeNumber)
    .option('--port <number>', 'port of the orderer, when the network is made (default 7050)', wholeNumber)
    .option('--containers', 'when the network is made: orderer and peers are run by docker-compose.yml')
    .action((options: UpOptions) => networkUp(readConfig(), options, say));
  command
    .command('add')
    .description('take one more hospital into the running network')
    .action(() => networkAdd(readConfig(), say));
  command
    .command('adopt')
    .description(
      "move this installation's log from its embedded ledger to a network whose organisations all sign for it",
    )
    .option('--to <folder>', 'DATA_DIR of the network, or a folder with its connection.json, network.json and MSPs')
    .option('--abandon', 'give a move up that was begun and not finished: the log stays where it was')
    .action((options: AdoptOptions) => networkAdopt(readConfig(), options, say));
  command
    .command('status')
    .description('say what each node of the network says of itself')
    .action(async () => {
      if (!(await networkStatus(readConfig(), say))) process.exitCode = 1;
    });
  command
    .command('down')
    .description('stop the network; its data stays')
    .option('--purge', 'delete certificates, blocks and state, too')
    .action((options: { purge?: boolean }) => networkDown(readConfig(), options, say));
  return command;
}
