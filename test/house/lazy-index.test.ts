import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MAY_IMPORT, standingAreas } from '../../projenrc/areas';
import { makeLazy } from '../../tools/lazy-index';

const BUILD = join(__dirname, '..', '..', 'build');

describe('the index is made lazy', () => {
  const LAZILY = 'const lazily = (name, get) => Object.defineProperty(exports, name, { configurable: true, enumerable: true, get });';
  const AREAS = [
    'Object.defineProperty(exports, "__esModule", { value: true });',
    'exports.serving = exports.core = void 0;',
    'exports.core = __importStar(require("./core"));',
    'exports.serving = __importStar(require("./serving"));',
    '',
  ].join('\n');
  const FILES = [
    'Object.defineProperty(exports, "__esModule", { value: true });',
    '__exportStar(require("./guarded"), exports);',
    '__exportStar(require("./props"), exports);',
    '',
  ].join('\n');
  const offered = (path: string) => (path === './guarded' ? ['DeploymentPlan', 'GuardedEndpoint'] : []);
  const lazy = (compiled: string) => makeLazy(compiled, offered);

  test('each area becomes a getter', () => {
    expect(lazy(AREAS).split('\n')).toEqual([
      'Object.defineProperty(exports, "__esModule", { value: true });',
      LAZILY,
      'exports.serving = exports.core = void 0;',
      'lazily("core", () => require("./core"));',
      'lazily("serving", () => require("./serving"));',
      '',
    ]);
  });

  test('so does each name of a file, and a file of interfaces is nothing', () => {
    expect(lazy(FILES).split('\n')).toEqual([
      'Object.defineProperty(exports, "__esModule", { value: true });',
      LAZILY,
      'exports.DeploymentPlan = void 0;',
      'lazily("DeploymentPlan", () => require("./guarded").DeploymentPlan);',
      'exports.GuardedEndpoint = void 0;',
      'lazily("GuardedEndpoint", () => require("./guarded").GuardedEndpoint);',
      '',
      '',
    ]);
  });

  test.each([AREAS, FILES])('a second time changes nothing', (compiled) => {
    expect(lazy(lazy(compiled))).toBe(lazy(compiled));
  });

  test('what is no index stays as it is', () => {
    const other = 'const zod_1 = __importStar(require("zod"));\n';
    expect(lazy(other)).toBe(other);
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

  test('loads nothing of progressive endpoints for a guarded one', () => {
    const files = JSON.parse(inChild('library.serving.GuardedEndpoint; console.log(JSON.stringify(Object.keys(require.cache)))')) as string[];
    const progressive = files.filter((file) => file.startsWith(join(BUILD, 'serving', 'progressive')));
    expect(files).toContain(join(BUILD, 'serving', 'guarded', 'guarded-endpoint.js'));
    expect(progressive).toEqual([]);
  });

  test('offers its names to an ES module', () => {
    const names = standingAreas().join(', ');
    expect(inModule(`import { ${names} } from 'cdk-ml-platform'; console.log([${names}].map((area) => typeof area).join());`))
      .toBe(`${standingAreas().map(() => 'object').join()}\n`);
  });

  test.each(standingAreas())('offers what it says to one who imports %s alone, by name', (area) => {
    const path = join(BUILD, area, 'index.js');
    const classes = JSON.parse(inChild(`console.log(JSON.stringify(Object.keys(library[${JSON.stringify(area)}])))`)) as string[];
    expect(classes.length).toBeGreaterThan(0);
    expect(inModule(`import * as all from ${JSON.stringify(path)}; console.log(${JSON.stringify(classes)}.filter((name) => all[name] === undefined).join());`))
      .toBe('\n');
  });

  test('offers rehearsals to an ES module', () => {
    expect(inModule('import { Rehearsal } from \'cdk-ml-platform/rehearsal\'; console.log(typeof Rehearsal.of);')).toBe('function\n');
  });
});

interface Loaded {
  /** Areas of which at least one file was loaded. */
  readonly areas: string[];
  readonly nag: boolean;
}

/** What a fresh process has loaded after it imported the package and touched one area. */
function loadedAfter(area: string): Loaded {
  const files = JSON.parse(inChild(`Object.values(library[${JSON.stringify(area)}] ?? {}); console.log(JSON.stringify(Object.keys(require.cache)))`)) as string[];
  const areas = files.filter((file) => file.startsWith(`${BUILD}/`)).map((file) => file.slice(BUILD.length + 1).split('/'))
    .filter(({ length }) => length > 1).map(([folder]) => folder);
  return { areas: [...new Set(areas)].sort(), nag: files.some((file) => file.includes('/node_modules/cdk-nag/')) };
}

function inChild(script: string): string {
  const library = `const library = require(${JSON.stringify(BUILD)});`;
  return execFileSync(process.execPath, ['-e', `${library} ${script}`], { encoding: 'utf8' });
}

/** A package may import itself by its name, as a consumer would: https://nodejs.org/api/packages.html#self-referencing-a-package-using-its-name */
function inModule(script: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: join(BUILD, '..') });
}
