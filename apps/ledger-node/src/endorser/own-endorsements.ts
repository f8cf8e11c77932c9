import type { Endorsement } from '#libs/fabric-block';

/** Bytes of payloads: what is endorsed and never submitted must not stay. */
const REMEMBERED = 8 * 1024 * 1024;

interface Signed extends Endorsement {
  responsePayload: Uint8Array;
}

/**
 * The latest signatures that the peers of this process have made, so that the validator need not verify them. Found only by
 * the very bytes that were signed, the signer, and the signature.
 */
export class OwnEndorsements {
  private readonly bySignature = new Map<string, Signed>();
  private bytes = 0;

  add(responsePayload: Uint8Array, endorsement: Endorsement): void {
    this.bySignature.set(name(endorsement), { ...endorsement, responsePayload });
    this.bytes += responsePayload.length;
    for (const [oldest, signed] of this.bySignature) {
      if (this.bytes <= REMEMBERED) return;
      this.forget(oldest, signed);
    }
  }

  private forget(signature: string, { responsePayload }: Signed): void {
    this.bySignature.delete(signature);
    this.bytes -= responsePayload.length;
  }

  has(responsePayload: Uint8Array, endorsement: Endorsement): boolean {
    const signed = this.bySignature.get(name(endorsement));
    return (
      signed !== undefined &&
      Buffer.compare(signed.endorser, endorsement.endorser) === 0 &&
      Buffer.compare(signed.responsePayload, responsePayload) === 0
    );
  }
}

function name({ signature }: Endorsement): string {
  return Buffer.from(signature).toString('latin1');
}
