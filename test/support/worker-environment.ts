import { createRequire } from 'node:module';
import { Context } from 'node:vm';
import NodeEnvironment, { TestEnvironment } from 'jest-environment-node';
import { restoring } from './restoring';
import { SharedPackages } from './shared-packages';

/** Where a test file finds what its worker shares: shared-package.cjs asks for it. */
const LOAD = Symbol.for('packages of a worker');

interface Worker {
  /** What the first environment was made of. */
  readonly world: object;
  readonly restore: () => void;
}
let worker: Worker | undefined;

/**
 * The world of all test files that one worker runs. Jest makes one for each file and loads every package into it anew, most of it
 * aws-cdk-lib: a third of the processor time of all tests. Here the packages that `projenrc/shared-packages.ts` names are loaded
 * once per worker; our own modules are loaded for each test file, as ever. A package can be shared only within one world: two do
 * not know each other's arrays and errors. So each test file finds the globals, the environment variables and the methods that
 * the first one found. docs/decisions/0057 says what else could pass from one file to another.
 */
export default class WorkerEnvironment extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    worker ??= startWorker(this);
    Object.assign(this, worker.world);
  }

  public override async teardown(): Promise<void> {
    this.moduleMocker?.restoreAllMocks();
    worker?.restore();
    await super.teardown();
  }
}

function startWorker(environment: NodeEnvironment): Worker {
  const { context, global } = environment;
  const { process } = global;
  const packages = new SharedPackages(context as Context, process);
  Object.assign(global, { [LOAD]: (file: string) => packages.load(file) });
  // CDK keeps its tokens in a global, which it makes with the first one: it has to be there before we look what there is
  const { App, Stack } = packages.load(createRequire(__filename).resolve('aws-cdk-lib')) as typeof import('aws-cdk-lib');
  new Stack(new App());
  const parts = [global, process, process.env].map(restoring);
  return { world: { ...environment }, restore: () => { parts.forEach((restore) => { restore(); }); } };
}
