// A thread that helps to compare the blocks at the start. Says whether all that it compared are as they were stored
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BlockPlaces } from '../derived/block-places.js';
import { compareBlocks } from './compare-blocks.js';
import type { ThreadData } from './stored-blocks.js';

const { path, height, derived, progress } = workerData as ThreadData;
const database = new DatabaseSync(derived, { readOnly: true });
const result = compareBlocks({ path, height, places: new BlockPlaces(database) }, progress);
database.close();
parentPort?.postMessage(result);
