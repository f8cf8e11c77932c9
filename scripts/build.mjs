import { say } from './root.mjs';
import { setUp } from './setup.mjs';

setUp();
say('Built.');
