import type { ChannelConfig } from '#libs/fabric-block';

/** Whether the certificate of a member has come to its end. Of others it says no: they are refused for what they are. */
export function hasExpired(creator: Uint8Array, { config, now }: { config: ChannelConfig; now: () => Date }): boolean {
  try {
    return config.members.member(creator).x509.validToDate < now();
  } catch {
    return false;
  }
}
