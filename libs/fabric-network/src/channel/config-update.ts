// Hyperledger Fabric 3.1 documentation, "Channel configuration", configuration updates; common/configtx.proto: ConfigUpdate
import { common } from '@hyperledger/fabric-protos';

interface Sets {
  read: common.ConfigGroup;
  write: common.ConfigGroup;
  changed: boolean;
}

interface Elements<T> {
  get(name: string): T | undefined;
  set(name: string, element: T): unknown;
  keys(): { next(): { done?: boolean; value: string | undefined } };
}

/** What becomes of one kind of elements (values, policies or groups) of a group. */
interface Change<T> {
  /** Elements that stay: their versions stand in both sets when the group itself changes. */
  same: [string, T][];
  read: [string, T][];
  write: [string, T][];
  /** Some came or went, which changes the group itself. */
  members: boolean;
}

/**
 * The update that makes `updated` of `current`: the read set names the versions it rests on, the write set what is new, one version higher. `updated` must
 * be made from a copy of `current`, versions unchanged; what is added has version 0. Throws when there is no difference.
 */
export function configUpdate(
  channelId: string,
  current: common.ConfigGroup,
  updated: common.ConfigGroup,
): common.ConfigUpdate {
  const { read, write, changed } = groupSets(current, updated);
  if (!changed) throw new Error('The configuration is as it should be: there is nothing to update');
  const update = new common.ConfigUpdate();
  update.setChannelId(channelId);
  update.setReadSet(read);
  update.setWriteSet(write);
  return update;
}

function groupSets(current: common.ConfigGroup, updated: common.ConfigGroup): Sets {
  const values = leafChange(current.getValuesMap(), updated.getValuesMap(), bareValue);
  const policies = leafChange(current.getPoliciesMap(), updated.getPoliciesMap(), barePolicy);
  const groups = groupChange(current.getGroupsMap(), updated.getGroupsMap());
  const itself =
    values.members || policies.members || groups.members || current.getModPolicy() !== updated.getModPolicy();
  const read = bareGroup(current);
  const write = bareGroup(current);
  if (itself) {
    write.setVersion(current.getVersion() + 1);
    write.setModPolicy(updated.getModPolicy());
  }
  fill(read.getValuesMap(), write.getValuesMap(), values, itself);
  fill(read.getPoliciesMap(), write.getPoliciesMap(), policies, itself);
  fill(read.getGroupsMap(), write.getGroupsMap(), groups, itself);
  const changed = itself || [values, policies, groups].some((change) => change.write.length > 0);
  return { read, write, changed };
}

function fill<T>(read: Elements<T>, write: Elements<T>, change: Change<T>, itself: boolean): void {
  const same = itself ? change.same : [];
  for (const [name, element] of [...same, ...change.read]) read.set(name, element);
  for (const [name, element] of [...same, ...change.write]) write.set(name, element);
}

function names(elements: Elements<unknown>): string[] {
  const found: string[] = [];
  const keys = elements.keys();
  for (let next = keys.next(); !next.done; next = keys.next()) found.push(next.value!);
  return found;
}

function emptyChange<T>(current: Elements<T>, updated: Elements<T>): Change<T> {
  const gone = names(current).some((name) => updated.get(name) === undefined);
  return { same: [], read: [], write: [], members: gone };
}

interface Leaf {
  getVersion(): number;
  setVersion(version: number): void;
  serializeBinary(): Uint8Array;
}

function leafChange<T extends Leaf>(current: Elements<T>, updated: Elements<T>, bare: (element: T) => T): Change<T> {
  const change = emptyChange(current, updated);
  for (const name of names(updated)) {
    const [before, after] = [current.get(name), updated.get(name)!];
    if (!before) {
      change.members = true;
      change.write.push([name, after]);
    } else if (Buffer.compare(before.serializeBinary(), after.serializeBinary()) === 0) {
      change.same.push([name, bare(before)]);
    } else {
      after.setVersion(before.getVersion() + 1);
      change.write.push([name, after]);
    }
  }
  return change;
}

function groupChange(
  current: Elements<common.ConfigGroup>,
  updated: Elements<common.ConfigGroup>,
): Change<common.ConfigGroup> {
  const change = emptyChange(current, updated);
  for (const name of names(updated)) {
    const [before, after] = [current.get(name), updated.get(name)!];
    const sets = before && groupSets(before, after);
    if (!sets) {
      change.members = true;
      change.write.push([name, after]);
    } else if (sets.changed) {
      change.read.push([name, sets.read]);
      change.write.push([name, sets.write]);
    } else {
      change.same.push([name, bareGroup(before)]);
    }
  }
  return change;
}

function bareGroup(group: common.ConfigGroup): common.ConfigGroup {
  const bare = new common.ConfigGroup();
  bare.setVersion(group.getVersion());
  return bare;
}

function bareValue(value: common.ConfigValue): common.ConfigValue {
  const bare = new common.ConfigValue();
  bare.setVersion(value.getVersion());
  return bare;
}

function barePolicy(policy: common.ConfigPolicy): common.ConfigPolicy {
  const bare = new common.ConfigPolicy();
  bare.setVersion(policy.getVersion());
  return bare;
}
