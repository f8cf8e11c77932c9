/** Why the log cannot be moved, as a sentence for whoever asked for it. Nothing of ours is broken. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
