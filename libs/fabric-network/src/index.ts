// The door of fabric-network: certificates, MSP folders and genesis block of a Fabric network, made in TypeScript.
import type { BlockTrust, SigningIdentity } from '#libs/fabric-block';

export interface NetworkOptions {
  /** Peer organisations; default HospitalA/HospitalAMSP and HospitalB/HospitalBMSP. The first is the site's own. */
  organizations?: { name: string; mspId: string }[];
  ordererMspId?: string;
  channel?: string;
  chaincode?: string;
  /** host:port that clients dial; written to connection.json, and rewritten there when it changes. Default localhost:7051. */
  endpoint?: string;
  /** Time from which certificates are valid (ten years); default the current time. */
  now?: Date;
}
/**
 * Makes `dir` (DATA_DIR/ledger) with organizations/, genesis.block and connection.json, or finds it made and only refreshes connection.json
 * (endpoint, absolute paths). All is written beside and renamed last: after a crash there is nothing half. Refuses a `dir` made for other
 * organisations or another channel. Private keys have mode 0600.
 */
export declare function createNetwork(dir: string, options?: NetworkOptions): Promise<Network>;
/** Reads what `createNetwork` made. Throws if it is not there or not whole. */
export declare function openNetwork(dir: string): Promise<Network>;

/** PEM texts for a TLS listener or dialler. */
export interface TlsFiles {
  certificate: string;
  privateKey: string;
  /** CA certificate that signed `certificate`. */
  ca: string;
}
export interface NetworkNode {
  identity: SigningIdentity;
  tls: TlsFiles;
}
export interface NetworkOrganization {
  name: string;
  mspId: string;
  peer: NetworkNode;
}
export interface Network {
  channel: string;
  chaincode: string;
  organizations: NetworkOrganization[];
  orderer: NetworkNode & { mspId: string };
  /** common.Block 0. */
  genesis: Uint8Array;
  /** Root CAs of all organisations, for `membership` and for the pin. */
  trust: BlockTrust;
  connection: Connection;
}
/** How a client reaches the ledger: the content of connection.json. File names are absolute. */
export interface Connection {
  channel: string;
  chaincode: string;
  mspId: string;
  endpoint: string;
  /** TLS server name to expect: `localhost`. */
  serverName: string;
  tlsCa: string;
  certificate: string;
  privateKey: string;
}
/** The trust root of the network in `dir`, for the pin file and `openBlock`: channel, orderer and peer CAs (PEM), and who must endorse. Reads no private key. */
export declare function mspTrust(dir: string): Promise<BlockTrust>;
