// Fabric "chaincode as an external service": this process listens, the peers dial it
import './quiet-shim.js';
import './known-certificates.js';
import { JSONSerializer } from 'fabric-contract-api';
import { type ChaincodeServerOpts, Shim } from 'fabric-shim';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import { contracts } from './contracts.js';

const MAX_MESSAGE = 32 * 1024 * 1024;

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(): Promise<void> {
  const address = required('CHAINCODE_SERVER_ADDRESS');
  const chaincode = new ChaincodeFromContract(
    [...contracts],
    { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } },
    {},
    'anchor',
    '1.0.0',
  );
  const options = {
    ccid: required('CHAINCODE_ID'),
    address,
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
  };
  // The types demand TLS properties; the server does without. It listens on loopback or inside a container's network.
  await Shim.server(chaincode, options as unknown as ChaincodeServerOpts).start();
  say({ msg: 'ready', address });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
main().catch((error: Error) => {
  say({ msg: 'failed', reason: `The contract could not start: ${error.message}.` });
  process.exit(1);
});
