import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_lambda as lambda } from 'aws-cdk-lib';

// beside lib in the sources, beside build in the package: both two levels up
const BUNDLES = join(__dirname, '..', '..', 'handlers');

/**
 * The code of a handler that `tools/bundle-handlers.ts` bundled and the package ships. Its hash is of the file alone, so a
 * template is the same on every machine.
 */
export function handlerBundle(name: string): lambda.Code {
  const folder = join(BUNDLES, name);
  const file = join(folder, 'index.js');
  if (!existsSync(file)) {
    throw new Error(`the handler '${name}' is not bundled: ${file} is missing. In a clone of this library run \`npm run compile\`; `
      + 'in an installed package this is a defect of the package');
  }
  return lambda.Code.fromAsset(folder, { assetHash: createHash('sha256').update(readFileSync(file)).digest('hex') });
}
