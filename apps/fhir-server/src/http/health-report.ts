import { Inject, Injectable } from '@nestjs/common';
import type { Services } from '#libs/interactions';
import { SERVICES } from './tokens.js';

const PATIENCE_MILLISECONDS = 2_000;

/** Health of one part. */
interface Part {
  status: 'up' | 'down';
}

/** Whether the server can do its work now, part by part. */
@Injectable()
export class HealthReport {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  async report(): Promise<{ status: 'up' | 'down'; database: Part }> {
    const database = await this.database();
    return { status: database.status, database };
  }

  private async database(): Promise<Part> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the database did not answer in time')), PATIENCE_MILLISECONDS).unref();
    });
    try {
      await Promise.race([this.services.store.time(), late]);
      return { status: 'up' };
    } catch {
      return { status: 'down' };
    }
  }
}
