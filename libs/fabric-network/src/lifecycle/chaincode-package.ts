// Hyperledger Fabric 3.1 documentation, "Running chaincode as an external service": the package that says where the service listens
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from './tar.js';

const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/;
const UNKNOWN_SYSTEM = 255;
const OPERATING_SYSTEM = 9;

export interface ServiceDescription {
  /** Chaincode name and version, joined: becomes the start of the package id. */
  label: string;
  /** host:port where the peers find the contract; the published builder also takes a template such as `{{.address}}`. */
  address: string;
}

export interface ChaincodePackage {
  bytes: Buffer;
  /** label:sha256. The contract has to register under it (CHAINCODE_ID). */
  id: string;
}

/** The same description gives the same bytes and so the same id, on every machine. The service is dialled without TLS. */
export function chaincodePackage({ label, address }: ServiceDescription): ChaincodePackage {
  if (!LABEL.test(label))
    throw new RangeError(`${JSON.stringify(label)} is not a label that a chaincode package may have`);
  const connection = json({ address, dial_timeout: '10s', tls_required: false });
  const bytes = gzip(
    tar([
      { name: 'metadata.json', content: json({ type: 'ccaas', label }) },
      { name: 'code.tar.gz', content: gzip(tar([{ name: 'connection.json', content: connection }])) },
    ]),
  );
  return { bytes, id: `${label}:${createHash('sha256').update(bytes).digest('hex')}` };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Stored, not deflated: what deflate makes differs from one version of zlib to the next. */
function gzip(content: Uint8Array): Buffer {
  const bytes = gzipSync(content, { level: 0 });
  bytes[OPERATING_SYSTEM] = UNKNOWN_SYSTEM;
  return bytes;
}
