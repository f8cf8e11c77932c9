// Preloaded into a program whose clock is to be off by CLOCK_OFF_MINUTES.
const off = Number(process.env.CLOCK_OFF_MINUTES) * 60_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + off] : parts));
  }

  static now() {
    return RealDate.now() + off;
  }
};
