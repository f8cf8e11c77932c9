import fc from 'fast-check';

// Property tests draw the same examples in every run, so that a red run is about the change; FAST_CHECK_SEED=random draws others.
const { FAST_CHECK_SEED = '20261121' } = process.env;
if (FAST_CHECK_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(FAST_CHECK_SEED) });
