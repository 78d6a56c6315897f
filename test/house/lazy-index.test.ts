import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MAY_IMPORT, standingAreas } from '../../projenrc/areas';
import { makeLazy } from '../../tools/lazy-index';

const BUILD = join(__dirname, '..', '..', 'build');

describe('the index is made lazy', () => {
  const EAGER = [
    'Object.defineProperty(exports, "__esModule", { value: true });',
    'exports.serving = exports.core = void 0;',
    'exports.core = __importStar(require("./core"));',
    'exports.serving = __importStar(require("./serving"));',
    '',
  ].join('\n');

  test('each area becomes a getter', () => {
    expect(makeLazy(EAGER).split('\n')).toEqual([
      'Object.defineProperty(exports, "__esModule", { value: true });',
      'Object.defineProperty(exports, "core", { configurable: true, enumerable: true, get: () => require("./core") });',
      'Object.defineProperty(exports, "serving", { configurable: true, enumerable: true, get: () => require("./serving") });',
      '',
    ]);
  });

  test('a second time changes nothing', () => {
    expect(makeLazy(makeLazy(EAGER))).toBe(makeLazy(EAGER));
  });

  test('what is not an area stays as it is', () => {
    const other = 'const zod_1 = __importStar(require("zod"));\n';
    expect(makeLazy(other)).toBe(other);
  });
});

describe('the compiled package', () => {
  beforeAll(() => {
    if (!existsSync(join(BUILD, 'index.js'))) {
      throw new Error('build/index.js is missing: run `npm run compile` first (`npm test` does)');
    }
  });

  test('loads no area and no cdk-nag when it is imported', () => {
    expect(loadedAfter('')).toEqual({ areas: [], nag: false });
  });

  test('offers every area that stands', () => {
    expect(JSON.parse(inChild('console.log(JSON.stringify(Object.keys(library)))'))).toEqual(standingAreas());
  });

  test.each(standingAreas())('loads %s when it is touched, and of the others only what it may import', (area) => {
    const { areas, nag } = loadedAfter(area);
    const allowed = [area, ...MAY_IMPORT.get(area) ?? []];
    expect(areas).toContain(area);
    expect(areas.filter((loaded) => !allowed.includes(loaded))).toEqual([]);
    expect(nag).toBe(area === 'governance');
  });

  test('gives the same namespace each time', () => {
    expect(inChild('console.log(library.core === library.core)')).toBe('true\n');
  });
});

interface Loaded {
  /** Areas of which at least one file was loaded. */
  readonly areas: string[];
  readonly nag: boolean;
}

/** What a fresh process has loaded after it imported the package and touched one area. */
function loadedAfter(area: string): Loaded {
  const files = JSON.parse(inChild(`library[${JSON.stringify(area)}]; console.log(JSON.stringify(Object.keys(require.cache)))`)) as string[];
  const areas = files.filter((file) => file.startsWith(`${BUILD}/`)).map((file) => file.slice(BUILD.length + 1).split('/'))
    .filter(({ length }) => length > 1).map(([folder]) => folder);
  return { areas: [...new Set(areas)].sort(), nag: files.some((file) => file.includes('/node_modules/cdk-nag/')) };
}

function inChild(script: string): string {
  const library = `const library = require(${JSON.stringify(BUILD)});`;
  return execFileSync(process.execPath, ['-e', `${library} ${script}`], { encoding: 'utf8' });
}
