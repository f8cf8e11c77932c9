import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { Session, TransactionalSession } from './database.js';
import type { Statement } from './statement.js';

/** A transaction that is under way: what asks for one of its own inside it becomes part of it. */
export class OpenTransaction implements TransactionalSession {
  constructor(
    readonly dataSource: DataSource,
    private readonly session: Session,
  ) {}

  run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    return this.session.run(statement);
  }

  transaction<T>(body: (session: Session) => Promise<T>): Promise<T> {
    return body(this.session);
  }
}
