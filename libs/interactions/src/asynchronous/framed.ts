/** A JSON head and bytes behind it, as one. */
export function framed(head: unknown, body: Uint8Array | string = ''): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, Buffer.from(body)]);
}

/** What {@link framed} made. */
export function unframed<Head>(bytes: Buffer): { head: Head; body: Buffer } {
  const end = 4 + bytes.readUInt32BE(0);
  return { head: JSON.parse(bytes.toString('utf8', 4, end)) as Head, body: bytes.subarray(end) };
}
