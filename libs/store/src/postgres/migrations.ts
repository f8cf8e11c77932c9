import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

const FILE = /^(\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;

/**
 * The files `NNNN-name.sql` of a folder as TypeORM migrations, in order of their numbers; other files are none. Each runs in
 * one transaction, once. There is no way back: a database holds evidence.
 * @throws Error when two files have one number or a number is left out.
 */
export async function sqlMigrations(folder: string): Promise<MigrationClass[]> {
  const names = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  names.forEach((name, index) => {
    if (Number(name.slice(0, 4)) !== index + 1) throw new Error(`Migrations are numbered without gap: ${name} is not`);
  });
  return Promise.all(names.map(async (name) => migration(name, await readFile(join(folder, name), 'utf8'))));
}

/** TypeORM orders migrations by the 13 digits at the end of their names. */
function migration(file: string, sql: string): MigrationClass {
  const [, number, title] = FILE.exec(file) ?? [];
  return class implements MigrationInterface {
    readonly name = `${title}${number?.padStart(13, '0')}`;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql);
    }

    async down(): Promise<void> {
      throw new Error('Migrations are not undone');
    }
  };
}
