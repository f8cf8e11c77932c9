// Fabric gateway errors: gRPC status, message, and one gateway.ErrorDetail for each node that took part
import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { LedgerError, type LedgerStep } from './ledger-error.js';

/** Statuses after which the same call may succeed unchanged. */
const RETRYABLE = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'ABORTED', 'FAILED_PRECONDITION']);
/** What stays refused however often it is sent. */
const FOR_GOOD =
  /access denied|incorrectly computed txid|duplicate transaction found|unsuccessful response from orderer/;
const CHAINCODE_RESPONSE = /chaincode response \d+, (.*)/s;
const CONTRACT_CODE = /^([A-Z][A-Z0-9_]+)(?:\s+(.*))?$/s;

interface RawError {
  code: number | undefined;
  message: string;
  details: string[];
}

function raw(error: unknown): RawError {
  if (error instanceof GatewayError)
    return { code: error.code, message: error.message, details: error.details.map((detail) => detail.message) };
  const { code, message } = error as Partial<ServiceError>;
  return { code, message: message ?? 'unknown error', details: [] };
}

/** The code a contract put at the start of its message, and the rest of the message. */
function contractCode(texts: readonly string[]): { contractCode?: string; contractDetail?: string } {
  for (const text of texts) {
    const answer = CHAINCODE_RESPONSE.exec(text)?.[1];
    const [, code, detail] = (answer && CONTRACT_CODE.exec(answer)) || [];
    if (code) return { contractCode: code, contractDetail: detail ?? '' };
  }
  return {};
}

/** The LedgerError for whatever a call of this step threw. */
export function classifyError(step: LedgerStep, error: unknown, txId?: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const { code, message, details } = raw(error);
  const name = code === undefined ? 'UNKNOWN' : (GrpcStatus[code] ?? 'UNKNOWN');
  const texts = [...details, message];
  const contract = contractCode(texts);
  const answered = texts.some((text) => CHAINCODE_RESPONSE.test(text) || FOR_GOOD.test(text));
  return new LedgerError(step, name, [message, ...details].join('; '), {
    retryable: RETRYABLE.has(name) && !answered,
    ...(txId === undefined ? {} : { txId }),
    ...contract,
    cause: error,
  });
}
