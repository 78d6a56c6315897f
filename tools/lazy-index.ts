import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes `build/index.js` lazy: jsii emits `exports.core = __importStar(require("./core"))`, which loads every area for a
 * consumer who wants one. Each becomes a getter, the way aws-cdk-lib does it. Running it twice changes nothing.
 */
const EAGER = /^exports\.(\w+) = __importStar\(require\("(\.\/[\w-]+)"\)\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { configurable: true, enumerable: true, get: () => require("$2") });';

export function makeLazy(compiled: string): string {
  return compiled.replace(/^(exports\.\w+ = )+void 0;\n/m, '').replace(EAGER, LAZY);
}

if (require.main === module) {
  const index = join(__dirname, '..', 'build', 'index.js');
  const compiled = readFileSync(index, 'utf8');
  const lazy = makeLazy(compiled);
  if (!lazy.includes('get: () => require(')) {
    throw new Error(`${index} has no require to make lazy: has jsii changed what it emits?`);
  }
  writeFileSync(index, lazy);
}
