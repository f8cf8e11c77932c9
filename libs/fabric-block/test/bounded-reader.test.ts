// Protocol Buffers encoding, length-delimited records: lengths that are not true
import { gateway, orderer, peer } from '@hyperledger/fabric-protos';
import { describe, expect, test } from '@jest/globals';
import '../src/index.js';

const TWO_GIGABYTES = [0xff, 0xff, 0xff, 0xff, 0x07];

describe('a message that claims more than is there does not decode, at once', () => {
  test.each<[string, { deserializeBinary(bytes: Uint8Array): unknown }, number[]]>([
    ['a string', gateway.EndorseRequest, [0x0a, ...TWO_GIGABYTES, 0x41]],
    ['a message in it', gateway.EndorseRequest, [0x1a, ...TWO_GIGABYTES, 0x0a, 0x01, 0x41]],
    ['one of several messages', peer.Transaction, [0x0a, ...TWO_GIGABYTES]],
    ['a message at its end', orderer.SeekInfo, [0x0a, 0x02, 0x0a, 0x00, 0x12, ...TWO_GIGABYTES]],
    ['a length that does not end', orderer.SeekInfo, [0x0a, 0xff, 0xff, 0xff]],
    ['by one byte', orderer.SeekInfo, [0x0a, 0x03, 0x0a, 0x00]],
  ])('%s', (_, type, bytes) => {
    expect(() => type.deserializeBinary(Uint8Array.from(bytes))).toThrow(/longer than what is there|byte length/);
  });
});

test('what is as long as it says decodes, text of any script and messages in messages included', () => {
  const text = 'kanał 渠道 \u{1F600}';
  const specified = new orderer.SeekSpecified();
  specified.setNumber(300);
  const start = new orderer.SeekPosition();
  start.setSpecified(specified);
  const info = new orderer.SeekInfo();
  info.setStart(start);
  expect(orderer.SeekInfo.deserializeBinary(info.serializeBinary()).getStart()?.getSpecified()?.getNumber()).toBe(300);
  const request = new gateway.EndorseRequest();
  request.setChannelId(text);
  expect(gateway.EndorseRequest.deserializeBinary(request.serializeBinary()).getChannelId()).toBe(text);
});
