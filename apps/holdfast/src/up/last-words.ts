/** A line of JSON that a program printed; undefined when the line is something else. */
export function jsonLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const WARNING = 40;
const FATAL = 60;

/** What of a log line the person at the terminal should see: warnings and errors. What ends a program is told with its end. */
export function warningOf(line: string): string | undefined {
  const entry = jsonLine(line);
  const level = Number(entry?.level ?? 0);
  if (!entry || level < WARNING || level >= FATAL) return undefined;
  return text(entry.msg ?? line);
}

/** Keeps the likely reason for the end of a program: the last thing it reported as failed, else the last error it threw. */
export class LastWords {
  private reported = '';
  /** It has said that it cannot go on. */
  isFatal = false;
  private thrown = '';
  private last = '';

  hear(line: string): void {
    const entry = jsonLine(line);
    if (entry) this.hearReport(entry);
    else if (/^(\w*Error|Error \[\w+\]): /.test(line)) this.thrown = line;
    else if (line.trim() !== '' && !line.startsWith('    at ')) this.last = line;
  }

  private hearReport(entry: Record<string, unknown>): void {
    const reason = entry.reason ?? (Number(entry.level ?? 0) >= 50 ? entry.msg : undefined);
    if (reason !== undefined) this.reported = text(reason);
    if (Number(entry.level ?? 0) >= FATAL) this.isFatal = true;
  }

  toString(): string {
    return this.reported || this.thrown || this.last;
  }
}
