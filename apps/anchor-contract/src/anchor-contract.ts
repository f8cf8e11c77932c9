import { type Context, Contract } from 'fabric-contract-api';
import { appendArgument, headArgument } from './argument.js';
import { Refusal } from './refusal.js';
import { appended, headText, logKey, logText, readLog } from './site-log.js';

/**
 * The logs of the sites. Every function takes one canonical JSON argument and is deterministic: no clock, no random
 * number, nothing but the argument, the caller's MSP, the transaction id and the state. A refusal's message starts with
 * its code. The parameters are rest parameters because fabric-contract-api then hands the texts over as they came,
 * without compiling a schema for each call.
 */
export class AnchorContract extends Contract {
  constructor() {
    super('anchor');
  }

  /**
   * `{first, leaves, root, site, size}`: appends a batch to the log of the caller's own site; the first to append claims
   * the site's name. Refuses GAP (also overlaps and rewrites), WRONG_ROOT, ALREADY_APPENDED with the transaction id,
   * FOREIGN_SITE and BAD_ARGUMENT. One read, one put.
   */
  async append(ctx: Context, ...args: string[]): Promise<void> {
    const batch = appendArgument(args);
    const key = logKey(batch.site);
    const log = readLog(await ctx.stub.getState(key));
    const next = appended(log, batch, ctx.clientIdentity.getMSPID(), ctx.stub.getTxID());
    await ctx.stub.putState(key, Buffer.from(logText(next)));
  }

  /** `{site}`: the log's head without the leaves of its last batch, or `{"size":0}`. */
  async head(ctx: Context, ...args: string[]): Promise<string> {
    const log = readLog(await ctx.stub.getState(logKey(headArgument(args))));
    return log ? headText(log) : '{"size":0}';
  }

  override async unknownTransaction(): Promise<void> {
    throw new Refusal('UNKNOWN_FUNCTION', 'the contract has append and head');
  }
}
