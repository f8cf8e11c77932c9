import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { describe, expect, test } from '@jest/globals';
import { classifyError } from '../src/classify-error.js';
import { LedgerError } from '../src/ledger-error.js';

/** As the gateway client throws it; `said` is what the nodes of the network said. */
function gatewayError(code: keyof typeof status, message: string, ...said: string[]): GatewayError {
  const details = said.map((text) => ({ address: 'peer', mspId: 'AMSP', message: text }));
  return new GatewayError({ code: status[code], message, details, cause: {} as never });
}

const ENDORSE = 'failed to endorse transaction, see attached details for more info';

describe('what the contract refused', () => {
  test('is known by its code, with the rest of its message, and is not worth another try', () => {
    const error = classifyError(
      'endorse',
      gatewayError('ABORTED', ENDORSE, 'chaincode response 500, GAP the log has 3 leaves'),
      'tx',
    );
    expect(error).toMatchObject({
      step: 'endorse',
      code: 'ABORTED',
      txId: 'tx',
      contractCode: 'GAP',
      contractDetail: 'the log has 3 leaves',
      retryable: false,
    });
  });

  test('is found in the message of an evaluation as well', () => {
    const message =
      'evaluate call to endorser returned error: chaincode response 500, BAD_ARGUMENT site is no site name';
    expect(classifyError('evaluate', gatewayError('UNKNOWN', message))).toMatchObject({ contractCode: 'BAD_ARGUMENT' });
  });

  test('without a code has none', () => {
    const error = classifyError('endorse', gatewayError('ABORTED', ENDORSE, 'chaincode response 500, Something broke'));
    expect(error).toMatchObject({ contractCode: undefined, retryable: false });
    expect(error.message).toContain('Something broke');
  });
});

describe('what may succeed at another try', () => {
  test.each([
    ['UNAVAILABLE', 'No connection established'],
    ['DEADLINE_EXCEEDED', 'Deadline exceeded'],
    ['ABORTED', 'failed to collect enough transaction endorsements'],
    ['FAILED_PRECONDITION', 'no combination of peers can be derived'],
  ] as const)('%s: %s', (code, message) => {
    expect(classifyError('submit', gatewayError(code, message))).toMatchObject({ code, retryable: true });
  });

  test.each([
    ['ABORTED', 'error validating proposal: access denied: channel [c] creator org [AMSP]'],
    ['ABORTED', 'duplicate transaction found [ab]'],
    ['ABORTED', 'received unsuccessful response from orderer: status=FORBIDDEN, info=permission denied'],
    ['PERMISSION_DENIED', 'failed evaluating policy'],
    ['INVALID_ARGUMENT', 'a prepared transaction is required'],
  ] as const)('but not %s: %s', (code, message) => {
    expect(classifyError('submit', gatewayError(code, message))).toMatchObject({ code, retryable: false });
  });
});

test('anything else keeps its message and its cause', () => {
  const cause = new Error('no such file');
  const error = classifyError('connect', cause);
  expect(error).toBeInstanceOf(LedgerError);
  expect(error).toMatchObject({ step: 'connect', code: 'UNKNOWN', message: 'no such file', retryable: false, cause });
  expect(classifyError('block', error)).toBe(error);
});
