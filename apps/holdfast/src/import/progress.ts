const BAR = 24;
const REDRAW_MILLISECONDS = 100;
const LINE_MILLISECONDS = 5000;

/**
 * Shows how far a step is: a bar that is redrawn on a terminal, else a line every five seconds and one at the end.
 * Percent and remaining time go by weight (bytes, say), the rate by items.
 */
export class Progress {
  private items = 0;
  private done = 0;
  private shown: number;
  private readonly start: number;
  private readonly isTerminal: boolean;

  /** @param total weight of all items; zero when there are none */
  constructor(
    private readonly out: NodeJS.WritableStream,
    private readonly label: string,
    private readonly total: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.isTerminal = 'isTTY' in out && out.isTTY === true;
    this.start = clock();
    this.shown = this.start;
  }

  /** One item more is done, or several at once. */
  advance(weight = 1, items = 1): void {
    this.items += items;
    this.done += weight;
    this.tick();
  }

  /** Time has passed, if nothing else: shows that something is alive. */
  tick(): void {
    const now = this.clock();
    if (now - this.shown < (this.isTerminal ? REDRAW_MILLISECONDS : LINE_MILLISECONDS)) return;
    this.shown = now;
    this.draw(this.total > 0 ? Math.min(this.done / this.total, 1) : 1, '');
  }

  /** The last line, which stays. */
  finish(): void {
    this.draw(1, this.isTerminal ? '\n' : '');
  }

  private draw(fraction: number, end: string): void {
    const seconds = (this.clock() - this.start) / 1000;
    const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
    const rate = `${(this.items / Math.max(seconds, 0.001)).toFixed(0)}/s`;
    const time = fraction < 1 ? `${remaining(seconds, fraction)} left` : `${clockTime(seconds)} taken`;
    const numbers = `${percent}  ${this.items}  ${rate}  ${time}`;
    const bar = `[${'#'.repeat(Math.round(fraction * BAR)).padEnd(BAR, '.')}]`;
    const line = this.isTerminal
      ? `\r\u001b[2K${this.label.padEnd(10)} ${bar} ${numbers}${end}`
      : `${this.label}: ${numbers}\n`;
    this.out.write(line);
  }
}

function remaining(seconds: number, fraction: number): string {
  return fraction > 0 ? clockTime((seconds * (1 - fraction)) / fraction) : '?';
}

function clockTime(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
