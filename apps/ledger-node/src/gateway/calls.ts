import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { RpcError, serviceError } from './rpc-error.js';

export type Log = (line: { msg: string } & Record<string, unknown>) => void;
type Call<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

const MAX_CONCURRENT = 500;

/** Wraps the gateway's calls: at most 500 at a time, errors as the client expects them, no stack to anyone. */
export class Calls {
  private readonly pending = new Set<AbortController>();

  constructor(private readonly log: Log) {}

  /** Ends the calls that only wait. */
  close(): void {
    for (const call of this.pending) call.abort(new RpcError('UNAVAILABLE', 'the ledger node is stopping'));
  }

  private asRpcError(error: unknown, path: string): RpcError {
    if (error instanceof RpcError) return error;
    this.log({ msg: 'a call failed', call: path, error: (error as Error).message });
    return new RpcError('INTERNAL', 'internal error of the ledger node');
  }

  /** For calls of any kind: refuses the 501st, keeps count of the others. */
  async limited<T>(path: string, run: (signal: AbortSignal) => Promise<T>, cancelled: AbortController): Promise<T> {
    if (this.pending.size >= MAX_CONCURRENT)
      throw new RpcError(
        'UNKNOWN',
        `too many requests for /gateway.Gateway, exceeding concurrency limit (${MAX_CONCURRENT})`,
      );
    this.pending.add(cancelled);
    try {
      return await run(cancelled.signal);
    } catch (error) {
      throw this.asRpcError(cancelled.signal.aborted ? cancelled.signal.reason : error, path);
    } finally {
      this.pending.delete(cancelled);
    }
  }

  /** gRPC says "cancelled" at the end of every call, also of one that was answered. */
  private cancel(call: AbortController): void {
    if (this.pending.has(call)) call.abort(new RpcError('CANCELLED', 'the call was cancelled'));
  }

  stream<Request, Response>(
    serve: (stream: ServerWritableStream<Request, Response>, signal: AbortSignal) => Promise<never>,
  ): handleServerStreamingCall<Request, Response> {
    return (stream) => {
      const cancelled = new AbortController();
      stream.on('cancelled', () => this.cancel(cancelled));
      this.limited(stream.getPath(), (signal) => serve(stream, signal), cancelled).catch((error: RpcError) =>
        stream.emit('error', serviceError(error)),
      );
    };
  }

  unary<Request, Response>(call: Call<Request, Response>): handleUnaryCall<Request, Response> {
    return (received: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      const cancelled = new AbortController();
      received.on('cancelled', () => this.cancel(cancelled));
      this.limited(received.getPath(), (signal) => call(received.request, signal), cancelled).then(
        (response) => answer(null, response),
        (error: RpcError) => answer(serviceError(error)),
      );
    };
  }
}
