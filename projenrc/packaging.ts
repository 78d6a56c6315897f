import { awscdk, TextFile } from 'projen';

/** What a consumer downloads: the compiled library, its jsii assembly, README, licence. */
export function keepThePackageSmall(project: awscdk.AwsCdkConstructLibrary): void {
  const notShipped = [
    '/bench/', '/bin/', '/docs/', '/examples/', '/projenrc/', '/tools/', '/cdk.json', '/cdk.out/', '/jest.config.json',
    '/.ci/', '/.npmrc', '/stryker.config.mjs', '/stryker.release.config.mjs', '/reports/', '/.stryker-tmp/', '/CONTRIBUTING.md', '/.jsii.tabl.json', '/.eslintrc.json',
    '*.tsbuildinfo',
  ];
  for (const pattern of notShipped) {
    project.npmignore!.exclude(pattern);
  }
  project.npmignore!.include('/handlers/');
  project.npmignore!.include('/cli/');
  // `cdk-ml-platform/rehearsal` is this folder: its package.json points at the bundle, and the sources stay here
  project.npmignore!.exclude('/rehearsal/*');
  project.npmignore!.include('/rehearsal/package.json');
  project.npmignore!.include('/rehearsal/dist/');
  project.addBins({ mlp: 'cli/mlp.js' });
  offerEntries(project);
  project.gitignore.exclude(
    'cdk.out/', '/build/', '/handlers/', '/cli/', '/rehearsal/dist/', '/reports/', '.stryker-tmp/', '.jsii.tabl.json', '*.tsbuildinfo',
  );
}

/** A lock file names packages and hashes; where they are downloaded from is the reader's configuration. */
export function keepTheLockFilePortable(project: awscdk.AwsCdkConstructLibrary): void {
  new TextFile(project, '.npmrc', { lines: ['omit-lockfile-registry-resolved=true'] });
}

/**
 * An ES module cannot import a folder, so `cdk-ml-platform/rehearsal` has to be named. What reads the package by path, as
 * jsii does, finds its files as before; the last two are what it asks for by name.
 * https://nodejs.org/api/packages.html#package-entry-points
 */
function offerEntries(project: awscdk.AwsCdkConstructLibrary): void {
  project.package.addField('exports', {
    '.': './build/index.js',
    './rehearsal': './rehearsal/dist/index.js',
    './package.json': './package.json',
    './.jsii': './.jsii',
  });
}
