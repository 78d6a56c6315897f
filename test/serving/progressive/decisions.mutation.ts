/**
 * What Stryker runs, as one file: it starts the tests anew for each of some hundred mutants, and one file loads its modules
 * once. Jest itself runs the files that are named here, and not this one.
 */
import './runtime/arrangements.test';
import './runtime/converge.test';
import './runtime/decide.test';
import './runtime/reduce-records.test';
import './runtime/reduce.test';
import './runtime/strayed.test';
