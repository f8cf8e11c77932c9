import type { ChannelOptions } from '@grpc/grpc-js';
import type { HostPort } from '../application-group.js';

/** Where a peer or orderer listens, and the CA certificate (PEM) that signed its TLS certificate. */
export interface NodeAddress extends HostPort {
  tlsCa: string;
}

const MAX_MESSAGE = 100 * 1024 * 1024;

/** A connection of its own for each node, made again quickly: nodes are dialled while they start. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE,
  'grpc.max_send_message_length': MAX_MESSAGE,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 250,
  'grpc.use_local_subchannel_pool': 1,
};
