// Hyperledger Fabric 3.1 documentation, "Deploying a production peer": core.yaml (JSON is YAML)
import { join } from 'node:path';
import type { HostPort } from '../application-group.js';
import { MSP, TLS } from '../network-layout.js';

/** An orderer that the channel names by one address and that is dialled at another. */
export interface OrdererOverride {
  from: string;
  to: string;
  /** File of the CA certificate of the orderer's TLS certificate. */
  caFile: string;
}

export interface PeerPlace {
  name: string;
  mspId: string;
  /** Absolute: holds msp/ and tls/ of the peer. */
  identity: string;
  /** Absolute: the peer keeps its ledger and state here. */
  data: string;
  /** Absolute: bin/detect, bin/build and bin/release for chaincode as a service. */
  builder: string;
  /** Where clients, other peers and the gateway reach it. */
  address: HostPort;
  overrides?: readonly OrdererOverride[];
}

/** Short, for peers that start together: with Fabric's own times they would find each other after half a minute. */
const GOSSIP_EVERY = '250ms';

/** The file core.yaml for a peer on this machine: TLS, gateway, chaincode as a service, nothing that needs Docker. */
export function peerSettings(place: PeerPlace): string {
  const settings = {
    peer: peerPart(place),
    vm: { endpoint: '' },
    chaincode: chaincodePart(place),
    ...ledgerPart(place),
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

function peerPart(place: PeerPlace): object {
  const { name, mspId, identity, data, address } = place;
  const endpoint = `${address.host}:${address.port}`;
  const file = (path: string) => ({ file: join(identity, path) });
  return {
    id: name,
    networkId: 'holdfast',
    listenAddress: `127.0.0.1:${address.port}`,
    address: endpoint,
    chaincodeListenAddress: '127.0.0.1:0',
    localMspId: mspId,
    localMspType: 'bccsp',
    mspConfigPath: join(identity, 'msp'),
    fileSystemPath: data,
    BCCSP: {
      Default: 'SW',
      SW: { Hash: 'SHA2', Security: 256, FileKeyStore: { KeyStore: join(identity, MSP.keystore) } },
    },
    tls: { enabled: true, cert: file(TLS.certificate), key: file(TLS.privateKey), rootcert: file(TLS.ca) },
    gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '2m' },
    limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
    discovery: { enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75 },
    client: { connTimeout: '3s' },
    authentication: { timewindow: '15m' },
    keepalive: { minInterval: '60s', interval: '7200s', timeout: '20s', client: { interval: '60s', timeout: '20s' } },
    gossip: gossipPart(endpoint),
    deliveryclient: deliveryPart(place),
    handlers: handlersPart(),
  };
}

/** Each organisation has one peer, which fetches blocks from the orderer itself. */
function gossipPart(endpoint: string): object {
  return {
    bootstrap: endpoint,
    endpoint,
    externalEndpoint: endpoint,
    orgLeader: true,
    useLeaderElection: false,
    aliveTimeInterval: GOSSIP_EVERY,
    aliveExpirationTimeout: '5s',
    reconnectInterval: GOSSIP_EVERY,
    publishStateInfoInterval: GOSSIP_EVERY,
    requestStateInfoInterval: GOSSIP_EVERY,
    membershipTrackerInterval: '5s',
    maxBlockCountToStore: 10,
    pvtData: {
      pullRetryThreshold: '60s',
      transientstoreMaxBlockRetention: 1000,
      pushAckTimeout: '3s',
      btlPullMargin: 10,
      reconcileBatchSize: 10,
      reconcileSleepInterval: '1m',
      reconciliationEnabled: true,
      implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
    },
    state: { enabled: false },
  };
}

function deliveryPart({ overrides = [] }: PeerPlace): object {
  return {
    blockGossipEnabled: false,
    reconnectTotalTimeThreshold: '3600s',
    connTimeout: '3s',
    reConnectBackoffThreshold: '2s',
    minimalReconnectInterval: '100ms',
    policy: 'simple',
    addressOverrides: overrides.map(({ from, to, caFile }) => ({ from, to, caCertsFile: caFile })),
  };
}

function handlersPart(): object {
  return {
    authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
    decorators: [{ name: 'DefaultDecorator' }],
    endorsers: { escc: { name: 'DefaultEndorsement' } },
    validators: { vscc: { name: 'DefaultValidation' } },
  };
}

function chaincodePart({ builder }: PeerPlace): object {
  return {
    externalBuilders: [{ name: 'holdfast', path: builder }],
    mode: 'net',
    keepalive: 0,
    installTimeout: '60s',
    startuptimeout: '30s',
    executetimeout: '30s',
    system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
    runtimeParams: {
      useWriteBatch: true,
      maxSizeWriteBatch: 1000,
      useGetMultipleKeys: true,
      maxSizeGetMultipleKeys: 1000,
    },
  };
}

function ledgerPart({ data }: PeerPlace): object {
  return {
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
      },
      snapshots: { rootDir: join(data, 'snapshots') },
    },
    operations: { listenAddress: '127.0.0.1:0', tls: { enabled: false } },
    metrics: { provider: 'disabled' },
  };
}
