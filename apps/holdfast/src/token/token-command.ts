import { type Command, InvalidArgumentError } from 'commander';
import { ID, matching, patientId } from '../commands/matching.js';
import { readConfig } from '../config.js';
import { issueToken, type TokenRequest } from './issue-token.js';

const USER = new RegExp(`^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)/${ID}$`);

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 31_536_000) {
    throw new InvalidArgumentError('It must be a number of seconds, at most a year.');
  }
  return value;
}

/** `token`: prints one token and nothing else. */
export function tokenCommand(command: Command): Command {
  return command
    .requiredOption(
      '--scope <scopes>',
      "SMART v2 scopes, such as 'system/*.cruds' or 'patient/*.rs user/Observation.c'",
    )
    .option('--user <reference>', 'who asks, such as Practitioner/1', matching(USER, 'Practitioner/1'))
    .option('--patient <id>', 'the patient in context', patientId)
    .option('--purpose <code>', 'purpose of use, such as TREAT', matching(/^[A-Za-z0-9\-_]{1,64}$/, 'TREAT'), 'TREAT')
    .option(
      '--organization <reference>',
      "the user's organisation",
      matching(new RegExp(`^Organization/${ID}$`), 'Organization/1'),
    )
    .option('--client <name>', 'the client that asks', 'holdfast-cli')
    .option('--expires <seconds>', 'how long the token is valid', seconds, 3600)
    .action(async (request: TokenRequest) => {
      process.stdout.write(`${await issueToken(request, readConfig())}\n`);
    });
}
