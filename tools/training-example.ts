import { join } from 'node:path';
import { pythonOf, ROOT, run } from './python-venv';

/**
 * Runs the tests of the training program: it is killed at many points, and ends like one that nobody disturbed. And those of the
 * program for batch inference, which need Python alone. Where there is no Python, it says so and does nothing. What follows on
 * the command line goes to pytest.
 */
const PROGRAM = join(ROOT, 'examples', 'training', 'program');
const INFERENCE = join(ROOT, 'examples', 'batch-inference', 'program');
// no bytecode: the folder goes into the image as it is
const env = { PYTHONDONTWRITEBYTECODE: '1' };

function main(): number {
  const python = pythonOf({
    name: 'training-example',
    requirements: [join(PROGRAM, 'requirements.txt'), join(PROGRAM, 'requirements-test.txt')],
    oldestMinor: 9,
    withoutIt: 'Nothing has shown that the training program survives a kill.',
  });
  if (python === undefined) {
    return 0;
  }
  const inference = run(python, ['-m', 'unittest'], { cwd: INFERENCE, env });
  return inference === 0 ? run(python, ['-m', 'pytest', ...process.argv.slice(2)], { cwd: PROGRAM, env }) : inference;
}

process.exitCode = main();
