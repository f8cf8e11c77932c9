/** The number of a version id (`1`, `2`, ...), undefined for what cannot be one. */
export function versionNumber(versionId: string): number | undefined {
  return /^[1-9][0-9]{0,8}$/.test(versionId) ? Number(versionId) : undefined;
}
