// Protocol Buffers encoding: https://protobuf.dev/programming-guides/encoding/
import './bounded-reader.js';
import { BlockError } from './block-error.js';

interface Message {
  serializeBinary(): Uint8Array;
}
interface MessageType<M extends Message> {
  deserializeBinary(bytes: Uint8Array): M;
}

/**
 * Decodes a message and demands that it encodes to the same bytes again, so that no unknown field, repeated field,
 * long varint, number beyond 2^53 or broken UTF-8 hides in what was hashed or signed. Not for messages with map
 * fields of more than one entry written by others: their order is free. `what` names the message in the error.
 */
export function decodeMessage<M extends Message>(type: MessageType<M>, bytes: Uint8Array, what: string): M {
  const message = decodeLoosely(type, bytes, what);
  if (isEncodingOf(message, bytes)) return message;
  throw new BlockError('MALFORMED', `The ${what} is not in canonical encoding.`);
}

function isEncodingOf(message: Message, bytes: Uint8Array): boolean {
  try {
    return Buffer.compare(message.serializeBinary(), bytes) === 0;
  } catch {
    return false; // numbers that decode and do not encode
  }
}

/** Decodes a message whose encoding may be another than ours, such as one with a map. */
export function decodeLoosely<M extends Message>(type: MessageType<M>, bytes: Uint8Array, what: string): M {
  try {
    return type.deserializeBinary(bytes);
  } catch {
    throw new BlockError('MALFORMED', `The ${what} does not decode.`);
  }
}

/** The value of a field that must be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new BlockError('MALFORMED', `The ${what} is missing.`);
  return value;
}
