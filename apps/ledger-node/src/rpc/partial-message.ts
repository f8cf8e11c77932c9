// gRPC over HTTP/2 (PROTOCOL-HTTP2.md): Length-Prefixed-Message

/** A byte that says whether it is compressed, and four of its length. */
const PREFIX = 5;

/** Follows a stream of messages to know how much of the last one is there that is not whole. */
export class PartialMessage {
  private readonly prefix = Buffer.alloc(PREFIX);
  private have = 0;
  private length = 0;

  /** Bytes of a message that is not whole, after these have come. */
  after(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) at += this.have < PREFIX ? this.takePrefix(chunk, at) : this.takeContent(chunk, at);
    return this.have;
  }

  private takePrefix(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.prefix, this.have, at, at + PREFIX - this.have);
    this.have += taken;
    if (this.have === PREFIX) this.length = PREFIX + this.prefix.readUInt32BE(1);
    return this.ended(taken);
  }

  private takeContent(chunk: Buffer, at: number): number {
    const taken = Math.min(this.length - this.have, chunk.length - at);
    this.have += taken;
    return this.ended(taken);
  }

  private ended(taken: number): number {
    if (this.have >= PREFIX && this.have === this.length) this.have = 0;
    return taken;
  }
}
