// Hyperledger Fabric 3.1, peer/lifecycle/lifecycle.proto: a chaincode definition and the calls of `_lifecycle`
import { peer } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import type { ChaincodeCall, PeerConnection } from '../node/peer-connection.js';

const { lifecycle } = peer;
const UNDEFINED = /namespace .* is not defined/;
const NOT_APPROVED = /could not fetch approved chaincode definition/;
const INSTALLED = /chaincode already successfully installed/;
const REPEATED =
  /attempted to redefine (the current committed|uncommitted) sequence|but new definition must be sequence/;

/** Endorsed by the channel's Endorsement policy, with Fabric's own endorsement and validation. */
export interface Definition {
  name: string;
  version: string;
  /** 1, 2, ...: every change of the definition takes the next. */
  sequence: number;
}

/** Someone of an organisation who may act for it, and its peer. */
export interface OrganizationAdmin {
  mspId: string;
  admin: SigningIdentity;
  peer: PeerConnection;
}

/** Installs the package on the organisation's peer; does nothing where it is installed. */
export async function installPackage(organization: OrganizationAdmin, bytes: Uint8Array): Promise<void> {
  const args = new lifecycle.InstallChaincodeArgs();
  args.setChaincodeInstallPackage(bytes);
  await organization.peer.query(call(organization.admin, 'InstallChaincode', args)).catch(unless(INSTALLED));
}

export async function installedPackages({ peer: connection, admin }: OrganizationAdmin): Promise<string[]> {
  const args = new lifecycle.QueryInstalledChaincodesArgs();
  const bytes = await connection.query(call(admin, 'QueryInstalledChaincodes', args));
  const answer = lifecycle.QueryInstalledChaincodesResult.deserializeBinary(bytes);
  return answer.getInstalledChaincodesList().map((installed) => installed.getPackageId());
}

/** The definition that the organisation's peer has of the chaincode; undefined where the channel has none. */
export async function committedDefinition(
  { peer: connection, admin }: OrganizationAdmin,
  channelId: string,
  name: string,
): Promise<Definition | undefined> {
  const args = new lifecycle.QueryChaincodeDefinitionArgs();
  args.setName(name);
  const bytes = await connection
    .query(call(admin, 'QueryChaincodeDefinition', args, channelId))
    .catch(unless(UNDEFINED));
  if (!bytes) return undefined;
  const answer = lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(bytes);
  return { name, version: answer.getVersion(), sequence: answer.getSequence() };
}

/** What the organisation has approved for this sequence: version and package id. */
export async function approvedDefinition(
  { peer: connection, admin }: OrganizationAdmin,
  channelId: string,
  { name, sequence }: Pick<Definition, 'name' | 'sequence'>,
): Promise<{ version: string; packageId: string } | undefined> {
  const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
  args.setName(name);
  args.setSequence(sequence);
  const bytes = await connection
    .query(call(admin, 'QueryApprovedChaincodeDefinition', args, channelId))
    .catch(unless(NOT_APPROVED));
  if (!bytes) return undefined;
  const answer = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(bytes);
  const packageId = answer.getSource()?.getLocalPackage()?.getPackageId() ?? '';
  return { version: answer.getVersion(), packageId };
}

export function approval(
  admin: SigningIdentity,
  channelId: string,
  definition: Definition,
  packageId: string,
): ChaincodeCall {
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
  fill(args, definition);
  args.setSource(source);
  return call(admin, 'ApproveChaincodeDefinitionForMyOrg', args, channelId);
}

export function commitment(admin: SigningIdentity, channelId: string, definition: Definition): ChaincodeCall {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  fill(args, definition);
  return call(admin, 'CommitChaincodeDefinition', args, channelId);
}

/** Swallows the message of a step that was done before. */
export function unlessRepeated(): (error: unknown) => undefined {
  return unless(REPEATED);
}

function fill(
  args: peer.lifecycle.ApproveChaincodeDefinitionForMyOrgArgs | peer.lifecycle.CommitChaincodeDefinitionArgs,
  { name, version, sequence }: Definition,
): void {
  args.setName(name);
  args.setVersion(version);
  args.setSequence(sequence);
}

function call(
  creator: SigningIdentity,
  fn: string,
  args: { serializeBinary(): Uint8Array },
  channelId = '',
): ChaincodeCall {
  return { channelId, chaincode: '_lifecycle', fn, args: [args.serializeBinary()], creator };
}

function unless(expected: RegExp): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof NetworkError && expected.test(error.said)) return undefined;
    throw error;
  };
}
