/**
 * What `fast-check` is within tests (moduleNameMapper): the library itself, drawing the same cases in every run, so that a
 * build fails for what changed and not for bad luck. `PROPERTY_SEED=random` (or a number) looks elsewhere; do that when
 * you touch what is tested so.
 */
const fc = require('../../../node_modules/fast-check/lib/cjs/fast-check.js');

const wanted = process.env.PROPERTY_SEED ?? '20261125';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });

module.exports = fc;
