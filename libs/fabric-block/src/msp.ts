// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": the CAs of one organisation and what they have revoked
import { X509Certificate } from 'node:crypto';
import { issuerPath } from './certificate-chain.js';
import { type RevocationList, revocationList, serialText } from './revocation-list.js';

/** What an organisation trusts, as PEM texts, and its certificate revocation lists, each in PEM or DER. */
export interface MspRoots {
  roots: string[];
  intermediates?: string[];
  revocationLists?: Uint8Array[];
}

/** The CAs of an MSP. */
export class Msp {
  private readonly roots: X509Certificate[];
  private readonly intermediates: X509Certificate[];
  /** CAs that have issued other CAs: they certify no members. By SHA-256 fingerprint. */
  private readonly inner: ReadonlySet<string>;
  private readonly lists: RevocationList[];

  /** Throws what the first certificate or list throws that does not parse. */
  constructor({ roots, intermediates = [], revocationLists = [] }: MspRoots) {
    this.roots = roots.map((pem) => new X509Certificate(pem));
    this.intermediates = intermediates.map((pem) => new X509Certificate(pem));
    this.inner = new Set(
      this.intermediates.flatMap((ca) => this.above(ca)).map(({ fingerprint256 }) => fingerprint256),
    );
    this.lists = revocationLists.map(revocationList);
  }

  private above(intermediate: X509Certificate): X509Certificate[] {
    const others = this.intermediates.filter(({ fingerprint256 }) => fingerprint256 !== intermediate.fingerprint256);
    return issuerPath(intermediate, this.roots, others) ?? [];
  }

  /** The CAs above a member's certificate, nearest first; undefined where the MSP is not its issuer. */
  issuers(certificate: X509Certificate): X509Certificate[] | undefined {
    const path = issuerPath(certificate, this.roots, this.intermediates);
    return path && !this.inner.has(path[0]!.fingerprint256) ? path : undefined;
  }

  /** Whether a CA of the path has revoked what it issued in it. A list counts that the CA itself has signed. */
  isRevoked(certificate: X509Certificate, path: readonly X509Certificate[]): boolean {
    const links = [certificate, ...path];
    return path.some((ca, index) => this.hasRevoked(ca, links[index]!));
  }

  private hasRevoked(ca: X509Certificate, { serialNumber }: X509Certificate): boolean {
    const serial = serialText(serialNumber);
    return this.lists.some((list) => list.serials.has(serial) && list.isSignedBy(ca.publicKey));
  }
}
