import type { ServiceDefinition } from '@grpc/grpc-js';
import { RpcError } from './rpc-error.js';

/** Bytes of the requests that are being worked on, over all services: together they stay below `limit`. */
export class InFlight {
  private readonly sizes = new WeakMap<object, number>();
  private bytes = 0;

  constructor(private readonly limit: number) {}

  /** The service with requests whose sizes are known here. */
  sized(service: ServiceDefinition): ServiceDefinition {
    const methods = Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): object => {
        const request = method.requestDeserialize(bytes) as object;
        this.sizes.set(request, bytes.length);
        return request;
      };
      return [name, { ...method, requestDeserialize }];
    });
    return Object.fromEntries(methods) as ServiceDefinition;
  }

  /** Throws RpcError RESOURCE_EXHAUSTED when the request is larger. */
  atMost(request: object, bytes: number): void {
    const size = this.sizes.get(request) ?? 0;
    if (size > bytes) throw new RpcError('RESOURCE_EXHAUSTED', `a request of ${size} bytes is larger than ${bytes}`);
  }

  /** Throws RpcError RESOURCE_EXHAUSTED when there is no room for the request while `run` works on it. */
  async during<T>(request: object, run: () => Promise<T>): Promise<T> {
    const size = this.sizes.get(request) ?? 0;
    if (this.bytes + size > this.limit)
      throw new RpcError('RESOURCE_EXHAUSTED', 'the ledger node has too much work in flight; try again');
    this.bytes += size;
    try {
      return await run();
    } finally {
      this.bytes -= size;
    }
  }
}
