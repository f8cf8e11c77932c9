import { isDeepStrictEqual } from 'node:util';
import type { Pin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import type { Ledger } from '#libs/ledger';
import {
  anchorConsent,
  type Lease,
  type Query,
  refuseConsent,
  saveConsentTransaction,
  type Transact,
  type WaitingConsent,
  waitingConsents,
} from '#libs/store';
import { factsOf } from '../follow/block-facts.js';
import { FoundInvalid, type Patience } from './patience.js';
import { type Prepared, prepare } from './prepare.js';
import { ownRefusal, refusedConsent } from './refusal.js';
import { outcome, type SavedTransaction, send } from './sending.js';

/** Versions taken up at once. */
const AT_ONCE = 50;

export interface ConsentParts {
  query: Query;
  transact: Transact;
  ledger: Ledger;
  pin: Pin;
  patience: Patience;
}

/**
 * Takes Consents to the ledger, each version in a transaction of its own: those of one Consent in order, those of several
 * beside each other. Each step is saved before the next, so that it can be killed anywhere.
 */
export class ConsentAnchorer {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: ConsentParts) {}

  /** Takes all that wait, and gives their number. Whoever calls while it is under way waits and then looks again. */
  async settle(lease: Lease): Promise<number> {
    const mine = this.turn.then(
      () => this.drain(lease),
      () => this.drain(lease),
    );
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async drain(lease: Lease): Promise<number> {
    let done = 0;
    for (;;) {
      const waiting = firstOfEach(await waitingConsents(this.parts.query, AT_ONCE));
      if (waiting.length === 0) return done;
      const settled = await Promise.allSettled(waiting.map((consent) => this.take(lease, consent)));
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      done += waiting.length;
    }
  }

  private async take(lease: Lease, consent: WaitingConsent): Promise<void> {
    const { ledger, patience } = this.parts;
    const { txId, envelope, ageSeconds, pid } = consent;
    const saved = txId === undefined ? undefined : { txId, envelope, ageSeconds };
    if (saved && ((await ledger.exists(saved.txId)) || (await send(ledger, saved, patience)))) {
      if (await this.isAnchored(lease, pid, saved.txId)) return;
    }
    const renewed = await this.prepared(lease, consent);
    if (renewed === undefined) return;
    await this.handOver({ ...renewed, ageSeconds: 0 });
    if (await this.isAnchored(lease, pid, renewed.txId)) return;
    throw new FoundInvalid('invalid');
  }

  private async handOver(transaction: SavedTransaction): Promise<void> {
    const { ledger } = this.parts;
    if (transaction.envelope) await ledger.submit(transaction.envelope, transaction.txId);
  }

  private async isAnchored(lease: Lease, pid: string, txId: string): Promise<boolean> {
    const { ledger, patience, transact } = this.parts;
    const { code, blockNumber } = await outcome(ledger, txId, patience);
    if (code === 'VALID') await anchorConsent(transact, lease, pid, txId, blockNumber);
    return code === 'VALID';
  }

  /** Endorsed and saved; undefined when it was refused for good, which is saved as well. */
  private async prepared(lease: Lease, consent: WaitingConsent): Promise<Prepared | undefined> {
    const { ledger, transact, pin } = this.parts;
    const fn = consent.revoked ? 'revokeConsent' : 'putConsent';
    const asked = { fn, argument: this.argument(consent), mspId: pin.mspId };
    const judge = (refusal: unknown) => refusedConsent(refusal, consent);
    try {
      const prepared = await prepare(ledger, fn, asked.argument);
      if (prepared.envelope === undefined) await this.checkRecorded(prepared.txId, consent);
      await saveConsentTransaction(transact, lease, consent.pid, prepared);
      return prepared;
    } catch (error) {
      if (judge(error) === undefined) throw error;
      await refuseConsent(transact, lease, consent.pid, await ownRefusal(ledger, asked, error, judge));
      return undefined;
    }
  }

  /** Throws unless the transaction, which an endorser says has done it before, has recorded just this version. */
  private async checkRecorded(txId: string, consent: WaitingConsent): Promise<void> {
    const { ledger, pin } = this.parts;
    const { consents } = factsOf(openBlock(await ledger.block(txId), pin), pin);
    const { handle, version, revoked } = consent;
    const times = { recorded: Number(consent.recorded), binding: Number(consent.binding) };
    const wanted = { handle, version, revoked, ...times, mspId: pin.mspId, txId };
    if (!consents.some((one) => isDeepStrictEqual(one, wanted)))
      throw new Error('the transaction that is said to have recorded a Consent has not');
  }

  private argument({ handle, version, recorded, binding }: WaitingConsent): object {
    const { site, mspId, peerMsps } = this.parts.pin;
    const witnesses = Object.keys(peerMsps)
      .filter((other) => other !== mspId)
      .sort();
    return { binding: Number(binding), handle, recorded: Number(recorded), site, version, witnesses };
  }
}

/** Of each Consent the oldest version that waits: the contract takes them in order. */
function firstOfEach(waiting: readonly WaitingConsent[]): WaitingConsent[] {
  const first = new Map<string, WaitingConsent>();
  for (const consent of waiting) if (!first.has(consent.handle)) first.set(consent.handle, consent);
  return [...first.values()];
}
