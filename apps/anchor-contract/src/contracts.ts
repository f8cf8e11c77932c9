import { AnchorContract } from './anchor-contract.js';

/** What fabric-shim looks for in the package's main file. */
export const contracts = [AnchorContract];
