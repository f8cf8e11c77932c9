import { type Context, Contract } from 'fabric-contract-api';
import { adoptArgument, carryArgument, offerArgument } from './adoption-argument.js';
import { adoptLog, carryOver, makeOffer, offerOf, refuseForeignOffer } from './adoption-ledger.js';
import { type AppendArgument, appendArgument } from './append-argument.js';
import { canonicalJson, type JsonObject } from './canonical-json.js';
import { consentArgument } from './consent-argument.js';
import { intervalOf, recordConsent } from './consent-ledger.js';
import { consentStory } from './consent-story.js';
import { withEscapes } from './escapes.js';
import { eachBatch } from './log-history.js';
import { batchArgument, consentReference, headArgument, violationsArgument } from './query-argument.js';
import { Refusal } from './refusal.js';
import { readSettings, type Settings } from './settings.js';
import { appended, checkAppend, headText, logKey, logText, type PriorLog, readLog } from './site-log.js';
import { transactionTime } from './transaction-time.js';
import { onArrival, type Violation } from './violation.js';
import { violationsSince } from './violations.js';

const MICROS = 1_000_000;

/**
 * The logs of the sites, and the Consents that their events relied on. Every function takes one canonical JSON argument and
 * is deterministic: no clock, no random number, nothing but the argument, the caller's MSP, the transaction's id and time,
 * the state, and settings on which the organisations agree. A refusal's message starts with its code. The parameters are
 * rest parameters because fabric-contract-api then hands the texts over as they came, without compiling a schema for each call.
 */
export class AnchorContract extends Contract {
  constructor(private readonly settings: Settings = readSettings(process.env)) {
    super('anchor');
  }

  /**
   * `{consents?, first, leaves, root, site, size}`: appends a batch to the log of the caller's own site; the first to append
   * claims the site's name, unless another has offered a log under it. Refuses GAP (also overlaps and rewrites), WRONG_ROOT,
   * ALREADY_APPENDED with the transaction id, FOREIGN_SITE, BAD_ARGUMENT and BAD_STATE. What is wrong with a Consent relied on refuses nothing: the batch is kept and marked.
   * One put; one read, a second for the first batch, and two more for each Consent.
   */
  async append(ctx: Context, ...args: string[]): Promise<void> {
    const batch = appendArgument(args);
    const key = logKey(batch.site);
    const log = readLog(await ctx.stub.getState(key));
    const mspId = ctx.clientIdentity.getMSPID();
    checkAppend(log, batch, mspId);
    if (log === undefined) await refuseForeignOffer(ctx, batch.site);
    const violations = await this.violationsOf(ctx, batch, log);
    const next = appended(log, batch, { mspId, txId: ctx.stub.getTxID(), at: transactionTime(ctx), violations });
    await ctx.stub.putState(key, Buffer.from(logText(next)));
  }

  /**
   * `{binding, handle, recorded, site, version, witnesses}`: the next version of a Consent; the first to put it is its
   * custodian. Refuses ALREADY_RECORDED with the transaction id, WRITTEN_ONCE, GAP, BAD_TIME, TOO_EARLY, FOREIGN_CONSENT,
   * BAD_ARGUMENT, and BAD_STATE where a version before it cannot be read.
   */
  async putConsent(ctx: Context, ...args: string[]): Promise<void> {
    await recordConsent(ctx, consentArgument(args), 'recorded', this.settings);
  }

  /**
   * The same for a version that ends the Consent. Also a witness may ask for it, once the custodian's log has stood still long enough:
   * that is an escape, which ends the last version from now on and is no version itself. Then `site` and `witnesses` say nothing.
   */
  async revokeConsent(ctx: Context, ...args: string[]): Promise<void> {
    await recordConsent(ctx, consentArgument(args), 'revoked', this.settings);
  }

  /**
   * `{before, consents, decided, organizations, range, root, site, size}`: offers to all organisations the log that the caller's
   * site had on another channel. The first of three steps, because the policy that demands all of them can bind a key only
   * once it exists. Refuses HAS_LOG, ALREADY_OFFERED and ALREADY_ADOPTED with the transaction id, FOREIGN_SITE and
   * BAD_ARGUMENT, also for a range that does not give the root.
   */
  async offerAdoption(ctx: Context, ...args: string[]): Promise<void> {
    await makeOffer(ctx, offerArgument(args));
  }

  /**
   * `{consents, first, site}`: the next of the Consents that the offer commits to, with the times they had on the channel before.
   * Refuses NOT_OFFERED, GAP, WRONG_ROOT at the last one, WRITTEN_ONCE, FOREIGN_CONSENT, FOREIGN_SITE and BAD_ARGUMENT.
   */
  async carryConsents(ctx: Context, ...args: string[]): Promise<void> {
    await carryOver(ctx, carryArgument(args));
  }

  /**
   * `{root, site, size}`: the log that was offered goes on here: `append` continues at leaf `size`. VALID only when every
   * organisation has endorsed it. Refuses NOT_OFFERED, NOT_CARRIED, HAS_LOG, ALREADY_ADOPTED with the transaction id,
   * FOREIGN_SITE and BAD_ARGUMENT.
   */
  async adopt(ctx: Context, ...args: string[]): Promise<void> {
    await adoptLog(ctx, adoptArgument(args));
  }

  /** `{site}`: the offer for this site, and how far it has come. Refuses NOT_OFFERED. */
  async adoption(ctx: Context, ...args: string[]): Promise<string> {
    return offerOf(ctx, headArgument(args));
  }

  /** `{site}`: the log's head without its last batch, or `{"size":0}`. */
  async head(ctx: Context, ...args: string[]): Promise<string> {
    const log = readLog(await ctx.stub.getState(logKey(headArgument(args))));
    return log ? headText(log) : '{"size":0}';
  }

  /** `{index, site}`: the value that was written with the batch that holds this leaf. Refuses UNKNOWN_BATCH. Goes back from the newest. */
  async batch(ctx: Context, ...args: string[]): Promise<string> {
    const { site, index } = batchArgument(args);
    let found: PriorLog | undefined;
    await eachBatch(ctx, site, (log) => {
      if (log.first <= index && index < log.size) found = log;
      return log.first > index;
    });
    if (found === undefined) throw new Refusal('UNKNOWN_BATCH', 'no batch of this log holds such a leaf');
    return logText(found);
  }

  /**
   * `{handle}`: who keeps the Consent, all its versions from the first, and all that witnesses have written to end one: what does not
   * count as well, and why. Refuses UNKNOWN_CONSENT, and BAD_STATE where a version cannot be read.
   */
  async consent(ctx: Context, ...args: string[]): Promise<string> {
    const handle = consentReference(args);
    const story = await withEscapes(ctx, this.settings, (escapes) => consentStory(ctx, handle, escapes));
    return canonicalJson(story as unknown as JsonObject);
  }

  /** `{since, site}`: batches from leaf `since` on that relied on a Consent wrongly, by what the ledger knows now, newest first. */
  async violations(ctx: Context, ...args: string[]): Promise<string> {
    const argument = violationsArgument(args);
    const found = await withEscapes(ctx, this.settings, (escapes) => violationsSince(ctx, argument, escapes));
    return canonicalJson(found as unknown as JsonObject);
  }

  override async unknownTransaction(): Promise<void> {
    const writing = 'append, putConsent, revokeConsent, offerAdoption, carryConsents, adopt';
    const reading = 'head, batch, consent, violations and adoption';
    throw new Refusal('UNKNOWN_FUNCTION', `the contract has ${writing}, ${reading}`);
  }

  private async violationsOf(ctx: Context, batch: AppendArgument, log: PriorLog | undefined): Promise<Violation[]> {
    const notBefore = (log?.decided ?? 0) - this.settings.decisionBoundSeconds * MICROS;
    const violations: Violation[] = [];
    for (const relied of batch.consents) {
      const reason = onArrival(relied, await intervalOf(ctx, relied), notBefore);
      if (reason) violations.push({ handle: relied.handle, version: relied.version, reason });
    }
    return violations;
  }
}
