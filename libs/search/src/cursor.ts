// FHIR R4, section 3.1.1.5.8 "Paging": what a next link carries is opaque to the client.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { badRequest } from '#libs/fhir-model';
import type { Position } from './search-request.js';

const NONCE = 12;
const TAG = 16;
const LONGEST = 4096;

/**
 * Makes and opens cursors that are good for one search of one requester only. They are encrypted (AES-256-GCM), because a
 * position tells how many versions the server holds; a changed or foreign one cannot be told from random bytes.
 */
export class CursorSeal {
  private made: { readonly key: Buffer; readonly binding: Buffer } | undefined;

  /** `binding`: everything that the cursor holds for, in any order the caller always keeps. */
  constructor(
    private readonly cursorKey: Uint8Array,
    private readonly binding: readonly string[],
  ) {}

  /** Not before it is needed: most searches have no second page. */
  private get keys() {
    this.made ??= this.make();
    return this.made;
  }

  private make() {
    const key = createHmac('sha256', this.cursorKey).update('holdfast search cursor 1').digest();
    return { key, binding: createHmac('sha256', key).update(JSON.stringify(this.binding)).digest() };
  }

  seal(position: Position): string {
    const { key, binding } = this.keys;
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(binding);
    const body = Buffer.concat([cipher.update(JSON.stringify(position), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
  }

  /** @throws FhirError 400 for what this very seal has not made. */
  open(text: string): Position {
    try {
      return this.decrypt(text);
    } catch {
      throw badRequest(
        'Parameter _cursor: it belongs to another search or another requester, or has been changed',
        'value',
      );
    }
  }

  private decrypt(text: string): Position {
    const bytes = Buffer.from(text, 'base64url');
    if (text.length > LONGEST || bytes.toString('base64url') !== text || bytes.length < NONCE + TAG)
      throw new Error('shape');
    const { key, binding } = this.keys;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(binding).setAuthTag(bytes.subarray(-TAG));
    const body = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
    return JSON.parse(body.toString('utf8')) as Position;
  }
}
