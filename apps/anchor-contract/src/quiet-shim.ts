// fabric-shim formats a line for every step of every call, also for those it does not print, and prints refusals in a form
// of its own on stdout. Its modules ask for their loggers while they are loaded, so this one has to be loaded first.
import logging, { type Logger } from 'fabric-shim/lib/logger.js';

const nothing = () => {};
const quiet: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  verbose: nothing,
  debug: nothing,
  silly: nothing,
};
logging.getLogger = () => quiet;
