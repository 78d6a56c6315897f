import { failing, Planted } from '../../support/planted';

/** Defects that somebody could write into a training pipeline, and the test that notices each. */
interface PipelineMutant extends Planted {
  /** Files of tests that are run over it. */
  readonly among: readonly string[];
  /** Part of the whole name of a test that fails. */
  readonly test: string;
}

const LIB = 'lib/training/pipeline';
const RULES = ['test/training/pipeline/runtime.test.ts'];
const RUNS = ['test/training/pipeline/pipeline-runs.test.ts'];
const TEMPLATE = ['test/training/pipeline/training-pipeline.test.ts'];

const MUTANTS: readonly PipelineMutant[] = [
  {
    name: 'an input is not looked up before the pipeline is claimed',
    file: `${LIB}/runtime/begin.ts`,
    from: 'if (seen.before?.stage === \'REGISTERED\') {',
    to: 'if (seen.before?.stage === \'REGISTERED\' && plan.trainings < 0) {',
    among: RUNS,
    test: 'several executions that want what is registered need not wait',
  },
  {
    name: 'the data is not looked at again when an execution takes its turn',
    file: `${LIB}/runtime/begin.ts`,
    from: '  seen = await look();\n  const row',
    to: '  const row',
    among: RUNS,
    test: 'see its data when they take their turn',
  },
  {
    name: 'a new wish is the same input',
    file: `${LIB}/runtime/begin.ts`,
    from: 'parameters, request.again);',
    to: 'parameters, undefined);',
    among: RUNS,
    test: 'is another one with a text that was not used before',
  },
  {
    name: 'a state catches nothing',
    file: `${LIB}/pipeline-states.ts`,
    from: '    evaluated.addCatch(this.ends.to(\'BROKEN\'), ALL);\n',
    to: '',
    among: TEMPLATE,
    test: 'catches whatever a task throws',
  },
  {
    name: 'capacity is waited for once more than was said',
    file: `${LIB}/runtime/train.ts`,
    from: '(training - 1) % plan.trainings !== 0',
    to: '(training - 1) % (plan.trainings + 1) !== 0',
    among: RUNS,
    test: 'ends after three tries, and the next execution has three more',
  },
  {
    name: 'a program that fails is started again',
    file: `${LIB}/runtime/train.ts`,
    from: 'const capacity = wantedMachines(failure);',
    to: 'const capacity = reasonOf(failure) !== \'\';',
    among: RUNS,
    test: 'a program that fails is not repeated',
  },
  {
    name: 'the gate behind the evaluation is the other way round',
    file: `${LIB}/pipeline-states.ts`,
    from: 'is(\'$.step.verdict\', \'EVALUATED\')',
    to: 'is(\'$.step.verdict\', \'REFUSED\')',
    among: RUNS,
    test: 'an execution takes new data to a registered version, and a person is asked to approve it',
  },
  {
    name: 'bad data is trained on',
    file: `${LIB}/pipeline-states.ts`,
    from: '.otherwise(this.ends.to(\'DATA_REFUSED\'))',
    to: '.otherwise(next)',
    among: RUNS,
    test: 'nothing is trained, and the end says why',
  },
  {
    name: 'nobody is asked to approve',
    file: `${LIB}/pipeline-states.ts`,
    from: '.when(is(\'$.step.verdict\', \'REGISTERED\'), ask)',
    to: '.when(is(\'$.step.verdict\', \'REGISTERED\'), this.ends.to(\'REGISTERED\'))',
    among: RUNS,
    test: 'an execution takes new data to a registered version, and a person is asked to approve it',
  },
  {
    name: 'an execution that lost the pipeline goes on',
    file: `${LIB}/runtime/lease.ts`,
    from: '  if (holder !== execution) {\n    throw',
    to: '  if (holder === \'\') {\n    throw',
    among: RUNS,
    test: 'an execution that was thought dead cannot go on',
  },
  {
    name: 'a lease holds a moment longer than it says',
    file: `${LIB}/runtime/lease.ts`,
    from: 'until <= now',
    to: 'until < now',
    among: RULES,
    test: 'whose turn it is when its time is over',
  },
  {
    name: 'a number at its limit is refused',
    file: `${LIB}/runtime/judge-data.ts`,
    from: 'value > maximum',
    to: 'value >= maximum',
    among: RULES,
    test: 'the judgement of good numbers',
  },
];

test('without a defect no test fails', async () => {
  expect(await failing([...RULES, ...RUNS, ...TEMPLATE], undefined)).toEqual([]);
}, 180_000);

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s: a test notices', async (_name, mutant) => {
  expect(await failing(mutant.among, mutant)).toContainEqual(expect.stringContaining(mutant.test));
}, 180_000);
