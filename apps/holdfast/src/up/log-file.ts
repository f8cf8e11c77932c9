import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs';

const LIMIT = 20 * 1024 * 1024;

/** A log that keeps at most two files of 20 MB: the current one, and the one before with `.1` at its end. */
export class LogFile {
  private size: number;

  constructor(readonly path: string) {
    this.size = existsSync(path) ? statSync(path).size : 0;
  }

  /** Does not fail: a full disk must not stop what could still run without a log. */
  write(text: string): void {
    try {
      this.append(text);
    } catch {
      // the line is lost; the next one is tried again
    }
  }

  private append(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.size > 0 && this.size + length > LIMIT) this.turnOver();
    appendFileSync(this.path, text, { mode: 0o600 });
    this.size += length;
  }

  private turnOver(): void {
    renameSync(this.path, `${this.path}.1`);
    this.size = 0;
  }
}
