// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: Version
import { ledger } from '@hyperledger/fabric-protos';
import type { Version } from './read-write-set.js';

type VersionMessage = ledger.rwset.kvrwset.Version;

export function versionMessage(version: Version): VersionMessage {
  const message = new ledger.rwset.kvrwset.Version();
  message.setBlockNum(version.block);
  message.setTxNum(version.transaction);
  return message;
}

export function readVersion(version: VersionMessage | undefined): Version | undefined {
  return version && { block: version.getBlockNum(), transaction: version.getTxNum() };
}

/** Whether two heights are the same; two absent ones are. */
export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.transaction === b?.transaction;
}
