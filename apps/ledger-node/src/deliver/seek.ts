// Fabric orderer/ab.proto, SeekInfo: which blocks a deliver request asks for, as Fabric 3.1 reads it
import { orderer } from '@hyperledger/fabric-protos';
import { DeliverStatus } from './deliver-status.js';

const { NEWEST, OLDEST, SPECIFIED, NEXT_COMMIT } = orderer.SeekPosition.TypeCase;
const { SeekBehavior, SeekContentType } = orderer.SeekInfo;

export interface Seek {
  start: number;
  /** The number after which it is over; it may be one that never comes. */
  stop: number;
  /** Otherwise a block that is not there yet is NOT_FOUND. */
  waits: boolean;
  /** Blocks without their transactions. */
  headersOnly: boolean;
}

function startOf(position: orderer.SeekPosition, height: number): number {
  switch (position.getTypeCase()) {
    case OLDEST:
      return 0;
    case NEWEST:
      return height - 1;
    case NEXT_COMMIT:
      return height;
    case SPECIFIED: {
      const number = position.getSpecified()!.getNumber();
      if (number <= height) return number;
      throw new DeliverStatus('NOT_FOUND');
    }
    default:
      throw new DeliverStatus('NOT_FOUND');
  }
}

/** A stop that is neither of these three means block 0, as in Fabric. */
function stopOf(info: orderer.SeekInfo, start: number, height: number): number {
  const position = info.getStop()!;
  switch (position.getTypeCase()) {
    case OLDEST:
      return start;
    case NEWEST:
      return info.getStart()!.hasNewest() ? start : height - 1;
    case SPECIFIED:
      return position.getSpecified()!.getNumber();
    default:
      return 0;
  }
}

function decoded(bytes: Uint8Array): orderer.SeekInfo {
  try {
    return orderer.SeekInfo.deserializeBinary(bytes);
  } catch {
    throw new DeliverStatus('BAD_REQUEST');
  }
}

/** Throws DeliverStatus. `height` is that of the chain now. */
export function readSeek(bytes: Uint8Array, height: number): Seek {
  const info = decoded(bytes);
  const position = info.getStart();
  if (!position || !info.getStop()) throw new DeliverStatus('BAD_REQUEST');
  const start = startOf(position, height);
  const stop = stopOf(info, start, height);
  if (info.getStop()!.hasSpecified() && stop < start) throw new DeliverStatus('BAD_REQUEST');
  const waits = info.getBehavior() !== SeekBehavior.FAIL_IF_NOT_READY;
  return { start, stop, waits, headersOnly: info.getContentType() === SeekContentType.HEADER_WITH_SIG };
}
