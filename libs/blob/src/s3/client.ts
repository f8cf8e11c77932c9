// Amazon S3 REST API: one signed request, sent again where S3 says that it may be.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Signer, signature } from './signature.js';

/** Where the bucket is and who may use it. */
export interface S3Settings extends Signer {
  /** `https://s3.eu-central-1.amazonaws.com`, or of any server that speaks S3. */
  readonly endpoint: string;
  readonly bucket: string;
  /** The bucket stands in the path, not in the name of the host. */
  readonly pathStyle: boolean;
  /** Of all keys, without slashes around it; none if empty. */
  readonly prefix?: string;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Behind bucket and prefix; empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const ATTEMPTS = 5;
const PAUSE_MILLISECONDS = 200;
/** Copying a large object inside S3 takes its time. */
const PATIENCE_MILLISECONDS = 300_000;

export class S3Client {
  constructor(
    private readonly settings: S3Settings,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  /** The key as S3 knows it, with the prefix. */
  fullKey(key: string): string {
    const { prefix = '' } = this.settings;
    return prefix === '' ? key : `${prefix}/${key}`;
  }

  /** The name of the bucket and the key, as a copy names its source. */
  source(key: string): string {
    return `/${this.settings.bucket}/${this.fullKey(key)}`;
  }

  /**
   * The answer, its body not yet read: one of the statuses in `wanted`. Sent again after what may pass.
   * @throws S3Error for every other answer.
   */
  async send(request: S3Request, wanted: readonly number[] = [200]): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#sendOnce(request).catch((error: unknown) => error as Error);
      if (response instanceof Response && wanted.includes(response.status)) return response;
      const failure = response instanceof Response ? await failureOf(response) : new S3Error(0, causeOf(response));
      if (attempt === ATTEMPTS || !failure.isPassing) throw failure;
      await sleep(PAUSE_MILLISECONDS * 2 ** attempt);
    }
  }

  #sendOnce({ method, key, query = {}, headers = {}, body }: S3Request): Promise<Response> {
    const url = this.#url(key, query);
    const payload = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signed = signature({ method, url, headers, payload }, this.settings, new Date());
    return this.fetch(url, {
      method,
      headers: signed,
      redirect: 'error',
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      // Reading takes as long as its reader wants.
      ...(method === 'GET' ? {} : { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }),
    });
  }

  #url(key: string, query: Readonly<Record<string, string>>): URL {
    const { endpoint, bucket, pathStyle } = this.settings;
    const url = new URL(endpoint);
    if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
    const parts = [...(pathStyle ? [bucket] : []), ...(key === '' ? [] : this.fullKey(key).split('/'))];
    url.pathname = `/${parts.map(encodeURIComponent).join('/')}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

/** S3 refused, or could not be reached. */
export class S3Error extends Error {
  override readonly name = 'S3Error';

  /** `status` 0: there was no answer. */
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`The object store ${status === 0 ? 'cannot be reached' : `answers ${status}`} (${code})`);
  }

  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

/** What an answer that is not wanted says. Some failures of long operations come with status 200. */
export async function failureOf(response: Response): Promise<S3Error> {
  const text = await response.text().catch(() => '');
  return new S3Error(response.status, elementOf(text, 'Code') ?? 'no code');
}

/** The text of the first element of this name. */
export function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,1024})</${name}>`).exec(xml)?.[1];
}

function causeOf(error: Error): string {
  const cause = error.cause as { code?: unknown } | undefined;
  return typeof cause?.code === 'string' ? cause.code : error.name;
}
