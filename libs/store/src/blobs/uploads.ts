import { randomUUID } from 'node:crypto';
import type { Session } from '../postgres/database.js';
import { prepared, statement } from '../postgres/statement.js';

/** An upload that nobody says any more that he takes in. */
export interface AbandonedUpload {
  readonly upload: string;
  /** Where its content may be already. */
  readonly address?: Buffer;
}

/**
 * What is known of content on its way in, so that nothing of it is left behind whoever fails: on record before the first byte
 * is kept, and gone with the transaction that writes the version.
 */
export class Uploads {
  constructor(private readonly session: Session) {}

  /** Puts a new upload on record. */
  async begin(): Promise<string> {
    const upload = randomUUID();
    await this.session.run(prepared((bind) => `INSERT INTO blob_upload (upload) VALUES (${bind(upload)})`));
    return upload;
  }

  /** Says that it is still being taken in. */
  async touch(upload: string): Promise<void> {
    await this.session.run(
      prepared((bind) => `UPDATE blob_upload SET touched = clock_timestamp() WHERE upload = ${bind(upload)}`),
    );
  }

  /** Before the content can be read there. */
  async place(upload: string, address: Uint8Array): Promise<void> {
    await this.session.run(
      prepared(
        (bind) => `UPDATE blob_upload SET address = ${bind(address)}, touched = clock_timestamp()
          WHERE upload = ${bind(upload)}`,
      ),
    );
  }

  /**
   * Ends an upload; whether its content belongs to nobody, and is to be thrown away. Waits for a transaction that is just
   * writing a version with it.
   */
  async end(upload: string): Promise<boolean> {
    const rows = await this.session.run(
      prepared((bind) => `DELETE FROM blob_upload WHERE upload = ${bind(upload)} RETURNING upload`),
    );
    return rows.length > 0;
  }

  /** Uploads that were not touched for so long. */
  async abandoned(seconds: number): Promise<AbandonedUpload[]> {
    const rows = await this.session.run<{ upload: string; address: Buffer | null }>(
      statement(
        (bind) => `SELECT upload, address FROM blob_upload
          WHERE touched < clock_timestamp() - ${bind(seconds)} * interval '1 second'`,
      ),
    );
    return rows.map(({ upload, address }) => ({ upload, ...(address === null ? {} : { address }) }));
  }

  /** Whether a version refers to this address. */
  async isUsed(address: Uint8Array): Promise<boolean> {
    const rows = await this.session.run(
      prepared((bind) => `SELECT FROM blob WHERE address = ${bind(address)} LIMIT 1`),
    );
    return rows.length > 0;
  }

  /** The addresses that versions refer to, ascending, at most `count` behind `after`. */
  async addresses(count: number, after?: Buffer): Promise<Buffer[]> {
    const rows = await this.session.run<{ address: Buffer }>(
      statement(
        (bind) => `SELECT DISTINCT address FROM blob WHERE address > ${bind(after ?? Buffer.alloc(0))}
          ORDER BY address LIMIT ${bind(count)}`,
      ),
    );
    return rows.map(({ address }) => address);
  }
}
