import { Client } from 'pg';
import { EVENT_CHANNEL } from '#libs/store';

/**
 * Says when to look for events: soon after a NOTIFY, and at the latest after the poll interval, so that a lost notification
 * costs no more than that.
 */
export class Wake {
  private client: Client | undefined;
  private isCalled = false;
  private resume: (() => void) | undefined;

  /** `carrying`: only calls that carry this are heard; without it all are. */
  constructor(
    private readonly url: string,
    private readonly carrying?: string,
  ) {}

  /** Resolves after a notification since the last call, after `pollMs`, or when `signal` aborts. For one at a time. */
  async wait(pollMs: number, signal: AbortSignal): Promise<void> {
    await this.listen();
    if (!this.isCalled && !signal.aborted) await this.call(pollMs, signal);
    this.isCalled = false;
  }

  private call(pollMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', resume);
        this.resume = undefined;
        resolve();
      };
      const timer = setTimeout(resume, pollMs);
      signal.addEventListener('abort', resume, { once: true });
      this.resume = resume;
    });
  }

  private hear(payload: string | undefined): void {
    if (this.carrying !== undefined && payload !== this.carrying) return;
    this.isCalled = true;
    this.resume?.();
  }

  private async listen(): Promise<void> {
    if (this.client !== undefined) return;
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on('notification', ({ payload }) => this.hear(payload));
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
