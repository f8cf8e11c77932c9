import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import type { InFlight } from './in-flight.js';
import { RpcError, serviceError } from './rpc-error.js';

export type Log = (line: { msg: string } & Record<string, unknown>) => void;
type Call<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

export interface CallLimits {
  /** As Fabric names it when there are too many calls. */
  service: string;
  concurrent: number;
  /** Shared by all services. */
  inFlight: InFlight;
}

/** Of a call that asks and waits, and that many may have open: an identity, a signature and names are in it. */
export const SMALL_REQUEST = 32 * 1024;

/** Wraps the calls of one service: so many at a time, errors as clients of Fabric expect them, no stack to anyone. */
export class Calls {
  private readonly pending = new Set<AbortController>();

  constructor(
    private readonly log: Log,
    private readonly limits: CallLimits,
  ) {}

  /** Ends the calls that only wait. */
  close(): void {
    for (const call of this.pending) call.abort(new RpcError('UNAVAILABLE', 'the ledger node is stopping'));
  }

  private asRpcError(error: unknown, path: string): RpcError {
    if (error instanceof RpcError) return error;
    this.log({ msg: 'a call failed', call: path, error: (error as Error).message });
    return new RpcError('INTERNAL', 'internal error of the ledger node');
  }

  /** For calls of any kind: refuses what is too much, keeps count of the others. */
  private async limited<T>(
    path: string,
    run: (signal: AbortSignal) => Promise<T>,
    cancelled: AbortController,
  ): Promise<T> {
    const { service, concurrent } = this.limits;
    if (this.pending.size >= concurrent)
      throw new RpcError('UNKNOWN', `too many requests for ${service}, exceeding concurrency limit (${concurrent})`);
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

  /** What cannot be answered is no reason to answer nobody any more. */
  private settle(path: string, answer: () => void): void {
    try {
      answer();
    } catch (error) {
      this.log({ msg: 'a call could not be answered', call: path, error: (error as Error).message });
    }
  }

  /** Requests are small. */
  stream<Request extends object, Response>(
    serve: (stream: ServerWritableStream<Request, Response>, signal: AbortSignal) => Promise<never>,
  ): handleServerStreamingCall<Request, Response> {
    return (stream) => {
      const cancelled = new AbortController();
      stream.on('cancelled', () => this.cancel(cancelled));
      const run = async (signal: AbortSignal) => {
        this.limits.inFlight.atMost(stream.request, SMALL_REQUEST);
        return serve(stream, signal);
      };
      const path = stream.getPath();
      this.limited(path, run, cancelled).catch((error: RpcError) =>
        this.settle(path, () => stream.emit('error', serviceError(error))),
      );
    };
  }

  /** `largest`: of a request, in bytes. */
  unary<Request extends object, Response>(
    call: Call<Request, Response>,
    largest = Number.POSITIVE_INFINITY,
  ): handleUnaryCall<Request, Response> {
    return (received: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      const cancelled = new AbortController();
      const { request } = received;
      received.on('cancelled', () => this.cancel(cancelled));
      const { inFlight } = this.limits;
      const run = async (signal: AbortSignal) => {
        inFlight.atMost(request, largest);
        return inFlight.during(request, () => call(request, signal));
      };
      const path = received.getPath();
      this.limited(path, run, cancelled).then(
        (response) => this.settle(path, () => answer(null, response)),
        (error: RpcError) => this.settle(path, () => answer(serviceError(error))),
      );
    };
  }

  /** The stream is ended when `serve` resolves. Nothing that `serve` waits for outlives the call. */
  duplex<Request, Response>(
    serve: (stream: ServerDuplexStream<Request, Response>, signal: AbortSignal) => Promise<void>,
  ): handleBidiStreamingCall<Request, Response> {
    return (stream) => {
      const cancelled = new AbortController();
      stream.on('cancelled', () => this.cancel(cancelled));
      const run = (signal: AbortSignal) => Promise.race([serve(stream, signal), aborted(signal)]);
      const path = stream.getPath();
      this.limited(path, run, cancelled).then(
        () => stream.end(),
        (error: RpcError) => this.settle(path, () => stream.emit('error', serviceError(error))),
      );
    };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
