// Hyperledger Fabric gateway client: one gRPC connection over TLS for the life of the process
import { readFile } from 'node:fs/promises';
import { type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';
import { classifyError } from './classify-error.js';
import { GatewayLedger } from './gateway-ledger.js';
import type { Connection, Ledger } from './ledger.js';
import { lowSSigner } from './low-s-signer.js';

const MAX_MESSAGE = 32 * 1024 * 1024;

function channelOptions(serverName: string): ChannelOptions {
  return {
    'grpc.ssl_target_name_override': serverName,
    'grpc.default_authority': serverName,
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.keepalive_time_ms': 120_000,
  };
}

/**
 * Reads the files that `connection` names and makes the ledger client. It does not wait for the peer: a peer that is
 * away shows as `UNAVAILABLE` at the first call and the connection is made anew by itself. Throws LedgerError `connect`
 * when a file is missing or unreadable as what it should be.
 */
export async function connectLedger(connection: Connection): Promise<Ledger> {
  try {
    const [tlsCa, certificate, privateKey] = await Promise.all(
      [connection.tlsCa, connection.certificate, connection.privateKey].map((path) => readFile(path)),
    );
    const client = new Client(
      connection.endpoint,
      credentials.createSsl(tlsCa!),
      channelOptions(connection.serverName),
    );
    const signer = lowSSigner(privateKey!.toString('utf8'));
    const gateway = connect({
      client,
      identity: { mspId: connection.mspId, credentials: certificate! },
      signer,
      hash: hash.none,
    });
    return new GatewayLedger(gateway, signer, connection, () => client.close());
  } catch (error) {
    throw classifyError('connect', error);
  }
}
