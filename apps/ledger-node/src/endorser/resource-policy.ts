// Hyperledger Fabric 3.1 documentation, "Access Control Lists (ACL)": the policy for a resource, by the channel or by default
import type { ChannelConfig } from '#libs/fabric-block';

const READERS = '/Channel/Application/Readers';
const WRITERS = '/Channel/Application/Writers';

const DEFAULTS = new Map([
  ['peer/Propose', WRITERS],
  ['qscc/GetChainInfo', READERS],
  ['qscc/GetBlockByNumber', READERS],
  ['qscc/GetBlockByHash', READERS],
  ['qscc/GetTransactionByID', READERS],
  ['qscc/GetBlockByTxID', READERS],
  ['event/Block', READERS],
  ['event/FilteredBlock', READERS],
  ['gateway/CommitStatus', READERS],
  ['gateway/ChaincodeEvents', READERS],
]);

/** Path of the policy. Throws for a resource that nothing says anything of. */
export function resourcePolicy(config: ChannelConfig, resource: string): string {
  const path = config.acl(resource) ?? DEFAULTS.get(resource);
  if (path === undefined) throw new Error(`Unmapped policy for ${resource}`);
  return path;
}
