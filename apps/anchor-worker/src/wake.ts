import { Client } from 'pg';
import { pause } from './pause.js';

/** Postgres NOTIFY channel on which the server says that there are new events. */
export const EVENT_CHANNEL = 'holdfast_event';

/**
 * Says when to look for events: soon after a NOTIFY, and at the latest after the poll interval, so that a lost notification
 * costs no more than that.
 */
export class Wake {
  private client: Client | undefined;
  private called = new AbortController();

  constructor(private readonly url: string) {}

  /** Resolves after a notification since the last call, after `pollMs`, or when `signal` aborts. */
  async wait(pollMs: number, signal: AbortSignal): Promise<void> {
    await this.listen();
    await pause(pollMs, AbortSignal.any([signal, this.called.signal]));
    this.called = new AbortController();
  }

  private async listen(): Promise<void> {
    if (this.client !== undefined) return;
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on('notification', () => this.called.abort());
    client.on('error', () => this.forget(client));
    client.on('end', () => this.forget(client));
    this.client = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${EVENT_CHANNEL}`);
    } catch {
      // Polling goes on without it; the next wait tries again.
      this.forget(client);
    }
  }

  private forget(client: Client): void {
    if (this.client === client) this.client = undefined;
    client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }
}
