// gRPC status with google.rpc.Status in grpc-status-details-bin: where the gateway client looks for gateway.ErrorDetail
import { Metadata, type ServerErrorResponse, status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import any from 'google-protobuf/google/protobuf/any_pb.js';

/** What one node of the network said. */
export interface ErrorDetail {
  address: string;
  mspId: string;
  message: string;
}

export type StatusName = keyof typeof status;

/** An answer that is an error, as the gateway gives it. */
export class RpcError extends Error {
  constructor(
    readonly code: StatusName,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
  ) {
    super(message);
  }
}

function packed({ address, mspId, message }: ErrorDetail): InstanceType<typeof any.Any> {
  const detail = new gateway.ErrorDetail();
  detail.setAddress(address);
  detail.setMspId(mspId);
  detail.setMessage(message);
  const result = new any.Any();
  result.pack(detail.serializeBinary(), 'gateway.ErrorDetail');
  return result;
}

/** Clients of HTTP/2 refuse larger trailers; messages are cut, in bytes, so that all details stay below this. */
const MAX_DETAIL = 2_000;

/** Well formed whatever is in it and wherever it is cut: half a character in a status ends the process, in the gRPC library. */
function cut(message: string): string {
  return Buffer.from(message).subarray(0, MAX_DETAIL).toString();
}

export function serviceError({ code, message, details }: RpcError): Partial<ServerErrorResponse> {
  const short = cut(message);
  const rich = new google.rpc.Status();
  rich.setCode(status[code]);
  rich.setMessage(short);
  rich.setDetailsList(details.map((detail) => packed({ ...detail, message: cut(detail.message) })));
  const metadata = new Metadata();
  if (details.length > 0) metadata.set('grpc-status-details-bin', Buffer.from(rich.serializeBinary()));
  return { code: status[code], details: short, metadata };
}
