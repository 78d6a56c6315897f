/**
 * What Stryker runs, as one file: it starts the tests anew for each of some hundred mutants, and one file loads its modules
 * once. Jest itself runs the files that are named here, and not this one.
 */
import './runtime/actor.test';
import './runtime/actor-boundaries.test';
import './runtime/reduce.test';
import './runtime/reduce-boundaries.test';
import './runtime/reduce-emergency.test';
import './runtime/reduce-production.test';
import './runtime/rows.test';
import './runtime/transaction.test';
import './runtime/views.test';
