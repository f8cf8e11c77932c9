// Protocol Buffers encoding, length-delimited records: a length counts only as far as there are bytes
import jspb from 'google-protobuf';

const { prototype } = jspb.BinaryReader;
const { readMessage } = prototype;

/** The unsigned varint at `at`, as far as it is there. */
function lengthAt(buffer: Uint8Array, at: number): { length: number; end: number } {
  let length = 0;
  let end = at;
  for (let factor = 1; end < buffer.length && factor <= 2 ** 28; factor *= 128) {
    const byte = buffer[end]!;
    end += 1;
    length += (byte & 127) * factor;
    if (byte < 128) break;
  }
  return { length, end };
}

/**
 * google-protobuf 3.21 believes the length of a message or string: of one that claims 2 GB it reads 2 GB of nothing, half a minute
 * long. From when this is loaded on, in the whole process, such a message does not decode.
 */
prototype.readMessage = function (this: jspb.BinaryReader, ...args: Parameters<typeof readMessage>): void {
  const buffer = this.getBuffer();
  const { length, end } = lengthAt(buffer, this.getCursor());
  if (length > buffer.length - end) throw new Error('a message is longer than what is there');
  readMessage.apply(this, args);
};

prototype.readString = function (this: jspb.BinaryReader): string {
  const { buffer, byteOffset, byteLength } = this.readBytes();
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
};
