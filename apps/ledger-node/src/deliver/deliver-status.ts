import { common } from '@hyperledger/fabric-protos';

type StatusName = Exclude<keyof typeof common.Status, 'UNKNOWN'>;

/** Ends a deliver request with this common.Status, which the client is sent. */
export class DeliverStatus extends Error {
  constructor(readonly status: StatusName) {
    super(`the deliver request ended with ${status}`);
  }

  get number(): (typeof common.Status)[StatusName] {
    return common.Status[this.status];
  }
}
