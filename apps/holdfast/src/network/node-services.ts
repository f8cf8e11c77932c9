import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Network,
  type OrdererOverride,
  ordererSettings,
  organizationMember,
  peerSettings,
  writeServiceBuilder,
} from '#libs/fabric-network';
import type { Config } from '../config.js';
import { isListening } from '../process/ports.js';
import type { ServiceSpec } from '../up/service.js';
import { anchorContract } from '../up/services.js';
import type { NetworkPorts, Places } from './places.js';
import type { Programs } from './programs.js';

export interface NodeParts {
  config: Config;
  places: Places;
  ports: NetworkPorts;
  programs: Programs;
}

/** Lines as a person reads them; warnings and worse, because a peer says much. */
function variables({ config: { variables: given } }: NodeParts, settings: string): ServiceSpec['env'] {
  const { PATH, HOME, TMPDIR, TZ } = given;
  return {
    PATH,
    HOME,
    TMPDIR,
    TZ,
    FABRIC_CFG_PATH: settings,
    FABRIC_LOGGING_SPEC: given.FABRIC_LOGGING_SPEC ?? 'warning',
    FABRIC_LOGGING_FORMAT: '%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}',
  };
}

/** Makes the folder of a node and its settings file anew: the folder may have been moved since. */
function settingsFolder(places: Places, node: string, file: string, text: string): string {
  const folder = join(places.network, node);
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, file), text, { mode: 0o600 });
  return folder;
}

export function ordererService(parts: NodeParts, { orderer: { mspId } }: Network): ServiceSpec {
  const { places, ports, programs } = parts;
  const data = join(places.network, 'orderer', 'data');
  const identity = organizationMember(places.ledger, mspId, 'orderer');
  const text = ordererSettings({ mspId, identity, data, port: ports.orderer, adminPort: ports.ordererAdmin });
  return {
    name: 'orderer',
    program: programs.orderer,
    args: ['start'],
    env: variables(parts, settingsFolder(places, 'orderer', 'orderer.yaml', text)),
    isReady: async () => (await isListening(ports.orderer)) && isListening(ports.ordererAdmin),
    isHealthy: () => isListening(ports.orderer),
    stopWithin: 5000,
  };
}

export async function peerServices(
  parts: NodeParts,
  { organizations }: Network,
  overrides: readonly OrdererOverride[] = [],
): Promise<ServiceSpec[]> {
  const builder = join(parts.places.network, 'builder');
  await writeServiceBuilder(builder);
  return organizations.map(({ mspId }, index) => {
    const { places, ports, programs } = parts;
    const name = `peer-${mspId}`;
    const port = ports.peers[index]!;
    const data = join(places.network, name, 'data');
    const identity = organizationMember(places.ledger, mspId, 'peer');
    const address = { host: 'localhost', port };
    const text = peerSettings({ name, mspId, identity, data, builder, address, overrides });
    return {
      name,
      program: programs.peer,
      args: ['node', 'start'],
      env: variables(parts, settingsFolder(places, name, 'core.yaml', text)),
      isReady: () => isListening(port),
      isHealthy: () => isListening(port),
      stopWithin: 5000,
    };
  });
}

/** The contract at the address that the package names, registered under the package's id: the peers dial it. */
export function contractService({ config, ports: { contract } }: NodeParts, packageId: string): ServiceSpec {
  const spec = anchorContract(config, { api: 0, ledger: 0, contract });
  return { ...spec, env: { ...spec.env, CHAINCODE_ID: packageId } };
}
