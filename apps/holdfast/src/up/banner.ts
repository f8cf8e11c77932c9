import type { Config } from '../config.js';
import { issueToken } from '../token/issue-token.js';

/** What the user sees when everything runs: where, with which token, and one thing to try. */
export async function banner(config: Config): Promise<string> {
  const lines = ['', 'Holdfast is ready.', '', `  Base URL  ${config.base}`];
  if (config.hasIssuers) {
    lines.push('  Tokens    from the issuers in ISSUERS', '', 'Try:', '', `  curl ${config.base}/metadata`);
  } else {
    const token = await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT' }, config);
    lines.push(`  Token     ${token}`, '            (development only, a system client, one hour)', '', 'Try:', '');
    lines.push(`  curl -H 'Authorization: Bearer ${token}' '${config.base}/Patient?_count=5'`);
  }
  lines.push('', 'Ctrl-C stops everything.', '');
  return lines.join('\n');
}
