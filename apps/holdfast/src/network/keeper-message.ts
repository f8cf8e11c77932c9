/** What the keeper of a network tells the command that started it. */
export type KeeperMessage =
  | { say: string }
  /** Every organisation endorses. */
  | { ready: { endpoint: string; sequence: number } }
  | { failed: string };
