// fabric-shim formats a line for every step of every call, also for those it does not print, and prints refusals in a form
// of its own on stdout. Its modules ask for their loggers while they are loaded, so this one has to be loaded first.
import logging from 'fabric-shim/lib/logger.js';

const getLogger = logging.getLogger;
logging.getLogger = (name) => Object.assign(getLogger(name), { silent: true });
