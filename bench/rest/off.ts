// `node --import this apps/fhir-server`: the server without consent and without events, to measure what those two cost. No
// setting of the server does this. It takes a database in which events are dropped (`EVENTS_OFF`).
import { registerHooks } from 'node:module';

const REPLACED = [
  '/libs/consent/src/predicate.js',
  '/libs/evidence/src/make-event.js',
  '/libs/store/src/events/event-ctes.js',
  '/libs/store/src/events/event-row.js',
  '/libs/store/src/events/group-commit.js',
  '/libs/store/src/events/wake-up.js',
];
const NOTHING = new URL('nothing.js', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return REPLACED.some((file) => resolved.url.endsWith(file)) ? { ...resolved, url: NOTHING } : resolved;
  },
});
