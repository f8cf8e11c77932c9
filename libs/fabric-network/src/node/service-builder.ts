// Hyperledger Fabric 3.1 documentation, "External Builders and Launchers": the scripts by which a peer learns where a chaincode service listens
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Arguments: detect SOURCE METADATA, build SOURCE METADATA OUTPUT, release OUTPUT RELEASE. */
const SCRIPTS = {
  detect: `grep -q '"type":"ccaas"' "$2/metadata.json"`,
  build: `cp "$1/connection.json" "$3/"`,
  release: `mkdir -p "$2/chaincode/server" && cp "$1/connection.json" "$2/chaincode/server/"`,
};

/** Writes bin/detect, bin/build and bin/release into the folder. The images that Fabric publishes bring a builder that does the same. */
export async function writeServiceBuilder(folder: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, line] of Object.entries(SCRIPTS)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
}
