import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const BUILD = join(__dirname, '..', 'build');
const AREA = /^exports\.(\w+) = __importStar\(require\("(\.\/[\w-]+)"\)\);$/gm;
const FILE = /^__exportStar\(require\("(\.\/[\w-]+)"\), exports\);$/gm;

/** What a file offers, by the path that an index requires it with. */
export type NamesOf = (path: string) => readonly string[];

/** A call: Node offers no name that it sees in `Object.defineProperty(exports, "core"` with a getter it does not know. */
const LAZILY = 'const lazily = (name, get) => Object.defineProperty(exports, name, { configurable: true, enumerable: true, get });';
const ES_MODULE = 'Object.defineProperty(exports, "__esModule", { value: true });\n';

/**
 * Makes an index lazy, as aws-cdk-lib does with its own: jsii emits `exports.core = __importStar(require("./core"))` and
 * `__exportStar(require("./guarded"), exports)`, which load everything for a consumer who wants one class. Each name becomes a
 * getter. From `exports.core = void 0` Node knows which names there are for `import { core } from`. Running it twice changes
 * nothing. https://nodejs.org/api/esm.html#commonjs-namespaces
 */
export function makeLazy(compiled: string, namesOf: NamesOf): string {
  const lazy = compiled
    .replace(AREA, (_line, name: string, path: string) => `lazily("${name}", () => require("${path}"));`)
    .replace(FILE, (_line, path: string) => namesOf(path)
      .map((name) => `exports.${name} = void 0;\nlazily("${name}", () => require("${path}").${name});`).join('\n'));
  return lazy === compiled ? compiled : lazy.replace(ES_MODULE, `${ES_MODULE}${LAZILY}\n`);
}

/** Every index of the package. All are read before one is written: what they offer is asked of the files as they were. */
function main(): void {
  const indices = readdirSync(BUILD, { recursive: true, encoding: 'utf8' }).filter((file) => /(^|\/)index\.js$/.test(file)).map((file) => join(BUILD, file));
  const made = indices.map((index) => {
    const load = createRequire(index);
    const lazy = makeLazy(readFileSync(index, 'utf8'), (path) => Object.keys(load(path) as object));
    if (!lazy.includes(LAZILY)) {
      throw new Error(`${index} has no require to make lazy: has jsii changed what it emits?`);
    }
    return { index, lazy };
  });
  made.forEach(({ index, lazy }) => { writeFileSync(index, lazy); });
}

if (require.main === module) {
  main();
}
