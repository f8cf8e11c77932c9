// Fabric implicit meta policy "MAJORITY Endorsement", where an organisation endorses by one of its peers
import { checkEndorsement, type Endorsement, lifecycleSequenceKey, type Membership } from '#libs/fabric-block';
import { LIFECYCLE } from '../simulation/simulation.js';
import type { StateView } from '../state/state.js';

/** The application's organisations, and who counts as one of theirs. */
export interface Organizations {
  members: Membership;
  mspIds: readonly string[];
}

function endorser(responsePayload: Uint8Array, endorsement: Endorsement, members: Membership): string | undefined {
  try {
    const member = checkEndorsement(responsePayload, endorsement, members);
    return member.role === 'peer' ? member.mspId : undefined;
  } catch {
    return undefined;
  }
}

/** Whether peers of more than half of the organisations endorsed. What is no valid endorsement counts as none. */
export function majorityEndorsed(
  responsePayload: Uint8Array,
  endorsements: readonly Endorsement[],
  { members, mspIds }: Organizations,
): boolean {
  const endorsed = new Set(endorsements.map((endorsement) => endorser(responsePayload, endorsement, members)));
  const needed = Math.floor(mspIds.length / 2) + 1;
  return mspIds.filter((mspId) => endorsed.has(mspId)).length >= needed;
}

/** Only chaincodes that the channel has defined, and the life cycle itself, have a policy and may be written to. */
export function hasPolicy(namespace: string, state: StateView): boolean {
  return namespace === LIFECYCLE || state.get(LIFECYCLE, lifecycleSequenceKey(namespace)) !== undefined;
}
