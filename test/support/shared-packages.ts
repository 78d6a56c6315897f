import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction, Context, runInContext } from 'node:vm';

interface Module {
  readonly filename: string;
  exports: unknown;
}

/** Loads modules of packages into a world, each once. Builtins are Node's own: jest's `require` belongs to one test file. */
export class SharedPackages {
  private readonly modules = new Map<string, Module>();

  constructor(private readonly world: Context, private readonly process: unknown) {}

  public load(filename: string): unknown {
    const known = this.modules.get(filename);
    if (known !== undefined) {
      return known.exports;
    }
    const module: Module = { filename, exports: runInContext('({})', this.world) };
    this.modules.set(filename, module); // before it runs: modules require each other in circles
    try {
      this.run(module, readFileSync(filename, 'utf8'));
    } catch (error) {
      this.modules.delete(filename);
      throw error;
    }
    return module.exports;
  }

  private run(module: Module, code: string): void {
    const { filename } = module;
    if (filename.endsWith('.json')) {
      module.exports = (runInContext('JSON.parse', this.world) as typeof JSON.parse)(code);
      return;
    }
    const names = ['module', 'exports', 'require', '__filename', '__dirname'];
    const run = compileFunction(code, names, { filename, parsingContext: this.world });
    Reflect.apply(run, module.exports, [module, module.exports, this.requireOf(filename), filename, dirname(filename)]);
  }

  private requireOf(filename: string): unknown {
    const node = createRequire(filename);
    const require = (name: string) => {
      if (/^(node:)?process$/.test(name)) {
        return this.process;
      }
      return isBuiltin(name) ? node(name) as unknown : this.load(node.resolve(name));
    };
    return Object.assign(require, { resolve: node.resolve });
  }
}
