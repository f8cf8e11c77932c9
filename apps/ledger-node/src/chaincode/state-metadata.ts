// Fabric key metadata: kept in an encoded form, handed to the chaincode as peer.StateMetadataResult
import { peer } from '@hyperledger/fabric-protos';
import { decodeStateMetadata } from '#libs/fabric-block';

export function stateMetadataResult(stored: Uint8Array | undefined): Uint8Array {
  const result = new peer.StateMetadataResult();
  for (const { name, value } of stored ? decodeStateMetadata(stored) : []) {
    const metadata = new peer.StateMetadata();
    metadata.setMetakey(name);
    metadata.setValue(value);
    result.addEntries(metadata);
  }
  return result.serializeBinary();
}
