declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  import type { Contract, JSONSerializer } from 'fabric-contract-api';
  import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';

  /** What `fabric-chaincode-node server` wraps around the contracts of a package. */
  class ChaincodeFromContract implements ChaincodeInterface {
    constructor(
      contracts: (new () => Contract)[],
      serializers: { transaction: string; serializers: Record<string, typeof JSONSerializer> },
      metadata: object,
      title: string,
      version: string,
    );
    Init(stub: ChaincodeStub): Promise<ChaincodeResponse>;
    Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse>;
  }
  export = ChaincodeFromContract;
}

declare module 'fabric-shim/lib/logger.js' {
  type Level = 'error' | 'warn' | 'info' | 'verbose' | 'debug' | 'silly';
  const logging: { getLogger: (name?: string) => logging.Logger };
  namespace logging {
    type Logger = Record<Level, () => void>;
  }
  export = logging;
}

declare module 'fabric-shim/lib/iterators.js' {
  interface HistoryQueryIterator {
    response: { getResultsList(): { getResultbytes_asU8(): Uint8Array }[] };
    currentLoc: number;
    /** The change at `currentLoc`, after which that is the next one. */
    _createAndEmitResult(): { value: object; done: false };
  }
  const iterators: { HistoryQueryIterator: { prototype: HistoryQueryIterator } };
  export = iterators;
}
