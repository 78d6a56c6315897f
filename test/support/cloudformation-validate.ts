import { runInThisContext } from 'node:vm';

/**
 * The engine behind CDK's own template rules, loaded once for all test files of a worker: nine megabytes of WebAssembly, which
 * each test file would compile and warm up anew in its own registry of modules, for two to three CPU seconds. Jest gives this
 * file to CDK instead of the package (`moduleNameMapper`). What is found depends on rules and template alone, and CDK still makes
 * an engine per test file.
 */
interface Engine {
  validateTemplate(template: unknown, config?: unknown): unknown;
}
interface Package {
  readonly CompositeEngine: new (config?: unknown) => Engine;
}

// the `require` of the worker: jest's own, even by `node:module`, would load the package for this test file only
const worker = runInThisContext('process') as NodeJS.Process;
const { createRequire } = worker.getBuiltinModule('node:module');
const shared = createRequire(require.resolve('aws-cdk-lib/package.json'))('@aws/cloudformation-validate') as Package;

/** The engine takes plain objects only, and those of a test file have an `Object` of their own. */
const plain = (config: unknown) => structuredClone(config);

class CompositeEngine extends shared.CompositeEngine {
  constructor(config?: unknown) {
    super(plain(config));
  }

  public validateTemplate(template: unknown, config?: unknown): unknown {
    return super.validateTemplate(template, plain(config));
  }
}

export = { ...shared, CompositeEngine };
