// Preloaded into a program whose clock is to be off by the minutes that stand in CLOCK_OFF_FILE, and jumps when they change.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 20;
const RealDate = Date;
let off = minutes();

function minutes() {
  return Number(readFileSync(process.env.CLOCK_OFF_FILE, 'utf8')) * 60_000;
}

setInterval(() => {
  off = minutes();
}, LOOK_EVERY_MS).unref();

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + off] : parts));
  }

  static now() {
    return RealDate.now() + off;
  }
};
