import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  joinPeer,
  type Network,
  type OrdererOverride,
  organizationMember,
  PeerConnection,
  patiently,
  peerBlock,
  peerHeight,
  peerSettings,
  writeServiceBuilder,
} from '#libs/fabric-network';
import { freeBase } from './program.js';

/** One real peer of an organisation, with nothing around it: it follows whatever orders its channel. */
export class RealPeer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly connection: PeerConnection,
    private readonly network: Network,
    private readonly organization: Network['organizations'][number],
  ) {}

  static async join(
    folder: string,
    network: Network,
    place: { organization: number; override: OrdererOverride },
  ): Promise<RealPeer> {
    const organization = network.organizations[place.organization]!;
    const port = await freeBase([0]);
    const own = join(folder, `follower-${organization.mspId}`);
    await mkdir(join(own, 'data'), { recursive: true });
    await writeServiceBuilder(join(own, 'builder'));
    const settings = peerSettings({
      name: organization.mspId,
      mspId: organization.mspId,
      identity: organizationMember(join(folder, 'ledger'), organization.mspId, 'peer'),
      data: join(own, 'data'),
      builder: join(own, 'builder'),
      address: { host: 'localhost', port },
      overrides: [place.override],
    });
    await writeFile(join(own, 'core.yaml'), settings);
    const child = spawn(join(process.env.FABRIC_BIN!, 'peer'), ['node', 'start'], {
      env: { PATH: process.env.PATH, FABRIC_CFG_PATH: own, FABRIC_LOGGING_SPEC: 'error' },
      stdio: 'ignore',
    });
    const connection = new PeerConnection({ host: 'localhost', port, tlsCa: organization.peer.tls.ca });
    const peer = new RealPeer(child, connection, network, organization);
    await connection.ready(20_000);
    await patiently(20_000, () => joinPeer(connection, organization.admin.identity, network.genesis));
    return peer;
  }

  get mspId(): string {
    return this.organization.mspId;
  }

  height(): Promise<number> {
    return peerHeight(this.connection, this.organization.admin.identity, this.network.channel);
  }

  block(number: number): Promise<Uint8Array> {
    const place = { channelId: this.network.channel, number };
    return peerBlock(this.connection, this.organization.admin.identity, place);
  }

  /** Waits until the peer has so many blocks. */
  async reach(height: number, milliseconds = 30_000): Promise<void> {
    const end = Date.now() + milliseconds;
    for (let own = await this.height(); own < height; own = await this.height()) {
      if (this.child.exitCode !== null) throw new Error(`the peer of ${this.mspId} ended with ${this.child.exitCode}`);
      if (Date.now() > end) throw new Error(`the peer of ${this.mspId} has ${own} of ${height} blocks`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    this.connection.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }
}
