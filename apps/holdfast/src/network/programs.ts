import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartError } from '../start-error.js';

/** Paths of the two programs of Fabric that a network needs. */
export interface Programs {
  peer: string;
  orderer: string;
}

/** As the images call them: we do not start these. */
export const CONTAINED: Programs = { peer: 'peer', orderer: 'orderer' };

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find(name: string, folders: readonly string[]): string {
  const found = folders.map((folder) => join(folder, name)).find(isProgram);
  if (found !== undefined) return found;
  throw new StartError(
    `The program ${name} of Hyperledger Fabric 3.1 is not on this machine: Fabric publishes it in the archives of its release page (github.com/hyperledger/fabric/releases) and in the images hyperledger/fabric-peer and hyperledger/fabric-orderer; set FABRIC_BIN to the folder that holds peer and orderer, or let docker-compose.yml run the images (network up --containers).`,
  );
}

/** `peer` and `orderer` in FABRIC_BIN, or on the PATH. Throws StartError saying where Fabric publishes them. */
export function findPrograms({ FABRIC_BIN, PATH = '' }: Readonly<Record<string, string | undefined>>): Programs {
  const folders = FABRIC_BIN ? [FABRIC_BIN] : PATH.split(delimiter).filter((folder) => folder !== '');
  return { peer: find('peer', folders), orderer: find('orderer', folders) };
}
