// Hyperledger Fabric 3.1 documentation, "Fabric chaincode lifecycle": install, approve, commit, upgrade
import type { OrdererConnection } from '../node/orderer-connection.js';
import { transact } from '../node/transact.js';
import type { ChaincodePackage } from './chaincode-package.js';
import {
  approval,
  approvedDefinition,
  commitment,
  committedDefinition,
  type Definition,
  installedPackages,
  installPackage,
  type OrganizationAdmin,
  unlessRepeated,
} from './definition.js';

export interface Deployment {
  channel: string;
  name: string;
  /** A version other than the committed one makes the next sequence: an upgrade. */
  version: string;
  package: ChaincodePackage;
  /** All organisations of the channel whose peers are to run it. */
  organizations: readonly OrganizationAdmin[];
  orderer: OrdererConnection;
}

/**
 * Brings the chaincode to this version with this package on all the organisations' peers, and gives the definition in force. May be repeated at any point of
 * an earlier attempt: only what is missing is done. Throws NetworkError.
 */
export async function deployChaincode(deployment: Deployment): Promise<Definition> {
  const { channel, name, version, organizations } = deployment;
  await Promise.all(organizations.map((organization) => install(organization, deployment.package)));
  const committed = await committedDefinition(organizations[0]!, channel, name);
  const isInForce = committed?.version === version;
  const sequence = isInForce ? committed.sequence : (committed?.sequence ?? 0) + 1;
  const definition = { name, version, sequence };
  await Promise.all(organizations.map((organization) => approve(organization, definition, deployment)));
  if (!isInForce) await commit(definition, deployment);
  return definition;
}

async function install(organization: OrganizationAdmin, { id, bytes }: ChaincodePackage): Promise<void> {
  const installed = await installedPackages(organization);
  if (!installed.includes(id)) await installPackage(organization, bytes);
}

/** An organisation approves with its own peer alone: what it approves is its private data. */
async function approve(organization: OrganizationAdmin, definition: Definition, deployment: Deployment): Promise<void> {
  const { channel, orderer, package: chaincode } = deployment;
  const approved = await approvedDefinition(organization, channel, definition);
  if (approved?.packageId === chaincode.id && approved.version === definition.version) return;
  const call = approval(organization.admin, channel, definition, chaincode.id);
  await transact(call, [organization.peer], orderer).catch(unlessRepeated());
}

async function commit(definition: Definition, { channel, organizations, orderer }: Deployment): Promise<void> {
  const call = commitment(organizations[0]!.admin, channel, definition);
  const peers = organizations.map(({ peer }) => peer);
  await transact(call, peers, orderer).catch(unlessRepeated());
}
