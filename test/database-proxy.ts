import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a Postgres that can be cut. */
export interface Proxy {
  readonly url: string;
  start(): Promise<void>;
  /** Ends all connections, and takes no more. */
  stop(): Promise<void>;
  /** Nothing comes or goes on the connections there are, and neither side is told. New ones work. */
  forget(): void;
}

interface Pair {
  near: Socket;
  far: Socket;
}

/** Listens on a port of 127.0.0.1, the same one after each start. */
export async function startProxy(to: string): Promise<Proxy> {
  const target = new URL(to);
  const url = new URL(to);
  url.searchParams.delete('host');
  let server: Server | undefined;
  const pairs = new Set<Pair>();
  const start = async () => {
    server = createServer((near) => pairs.add(joined(near, connect(Number(target.port), target.hostname))));
    const again = url.port === target.port ? 0 : Number(url.port);
    await new Promise<void>((resolve) => server?.listen(again, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') url.port = String(address.port);
    url.hostname = '127.0.0.1';
  };
  const stop = async () => {
    for (const { near, far } of pairs) for (const one of [near, far]) one.destroy();
    pairs.clear();
    await new Promise((resolve) => server?.close(resolve));
  };
  const forget = () => {
    for (const { near, far } of pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  };
  await start();
  return { url: url.href, start, stop, forget };
}

function joined(near: Socket, far: Socket): Pair {
  for (const one of [near, far]) one.on('error', () => one.destroy());
  near.pipe(far).pipe(near);
  return { near, far };
}
