import { join } from 'node:path';
import { pino } from 'pino';
import { openBlobs } from '#libs/blob';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { instant } from '#libs/fhir-model';
import { capabilityStatement, type Services } from '#libs/interactions';
import { fileMasterKey, openStore } from '#libs/store';
import { type Config, readConfig } from './config.js';
import { heldDefinitions } from './held-definitions.js';
import { consentWait, lagBound } from './ledger-bounds.js';
import { ledgerWords } from './ledger-words.js';
import { pinReader } from './pin-reader.js';
import { makeServer } from './server.js';
import { sweepAbandoned } from './sweep-abandoned.js';
import { TokenVerifier } from './token/token-verifier.js';
import { trustedIssuers } from './token/trusted-issuers.js';

async function start(config: Config, log: pino.Logger): Promise<void> {
  const store = await openStore({
    url: config.databaseUrl,
    masterKey: await fileMasterKey(join(config.dataDir, 'keys', 'master.key')),
    migrations: join(import.meta.dirname, '../../../../migrations'),
    base: config.base,
    applicationName: 'holdfast fhir-server',
  });
  const { site, base, custodian, requiredProfiles } = config;
  const definitions = heldDefinitions(join(config.dataDir, 'packages'), requiredProfiles);
  const services: Services = {
    store,
    site,
    base,
    custodian,
    pin: pinReader(join(config.dataDir, 'pin.json')),
    openBlock,
    openEnvelope,
    definitions,
    requiredProfiles,
    referentialIntegrity: config.referentialIntegrity,
    deletesSeveral: config.deletesSeveral,
    consentsNotOnLedger: consentWait(store),
    blobs: openBlobs(process.env, config.dataDir),
    maxContentBytes: config.maxContentBytes,
    ...(config.maxLagSeconds === undefined ? {} : { checkLedgerLag: lagBound(store, config.maxLagSeconds) }),
  };
  const app = await makeServer({
    config,
    services,
    tokens: new TokenVerifier(await trustedIssuers(config)),
    capabilities: capabilityStatement({
      base: config.base,
      version: process.env.npm_package_version ?? '0.1.0',
      since: instant(await store.time()),
      ledger: ledgerWords(config.ledger, await services.pin()),
      definitions: definitions.version,
      deletesSeveral: config.deletesSeveral,
      cors: config.corsOrigins.length > 0,
      enforcesReferences: config.referentialIntegrity === 'refuse',
    }),
    log,
  });
  sweepAbandoned(services, log);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  await app.listen(config.port, config.host);
  log.info({ base: config.base }, 'ready');
}

const log = pino({ name: 'fhir-server', base: null });
try {
  await start(readConfig(process.env), log);
} catch (error) {
  log.fatal(error instanceof Error ? error.message : 'the server failed to start');
  process.exit(1);
}
