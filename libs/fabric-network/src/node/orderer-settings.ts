// Hyperledger Fabric 3.1 documentation, "Deploying a production ordering node": orderer.yaml (JSON is YAML)
import { join } from 'node:path';
import { MSP, TLS } from '../network-layout.js';

export interface OrdererPlace {
  mspId: string;
  /** Absolute: holds msp/ and tls/ of the orderer. */
  identity: string;
  /** Absolute: the orderer keeps its blocks and raft log here. */
  data: string;
  port: number;
  /** Port of the channel participation API. */
  adminPort: number;
}

const MESSAGE = 100 * 1024 * 1024;

/** The file orderer.yaml for a raft node on this machine; its admin endpoint asks for a certificate of its own organisation's TLS CA. */
export function ordererSettings({ mspId, identity, data, port, adminPort }: OrdererPlace): string {
  const file = (path: string) => join(identity, path);
  const tls = { Enabled: true, Certificate: file(TLS.certificate), PrivateKey: file(TLS.privateKey) };
  const settings = {
    General: {
      ListenAddress: '127.0.0.1',
      ListenPort: port,
      TLS: { ...tls, RootCAs: [file(TLS.ca)], ClientAuthRequired: false },
      Keepalive: { ServerMinInterval: '60s', ServerInterval: '7200s', ServerTimeout: '20s' },
      Backoff: { BaseDelay: '1s', Multiplier: 1.6, MaxDelay: '2m' },
      MaxRecvMsgSize: MESSAGE,
      MaxSendMsgSize: MESSAGE,
      Cluster: {
        SendBufferSize: 100,
        ClientCertificate: file(TLS.certificate),
        ClientPrivateKey: file(TLS.privateKey),
        ReplicationPolicy: 'simple',
      },
      LocalMSPDir: join(identity, 'msp'),
      LocalMSPID: mspId,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256, FileKeyStore: { KeyStore: file(MSP.keystore) } } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: data },
    Operations: { ListenAddress: '127.0.0.1:0', TLS: { Enabled: false } },
    Metrics: { Provider: 'disabled' },
    Admin: {
      ListenAddress: `127.0.0.1:${adminPort}`,
      TLS: { ...tls, ClientAuthRequired: true, ClientRootCAs: [file(TLS.ca)] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '4 MB' },
    Consensus: { WALDir: join(data, 'raft', 'wal'), SnapDir: join(data, 'raft', 'snapshot') },
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
