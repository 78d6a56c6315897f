import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { completeReferenceApp } from '../../tools/reference-app';
import { masked } from '../support/masked';

// Snapshots show in a pull request what a change does to deployed stacks. They are never written by `npm test`.
test.each(['MlStores', 'MlRegistry', 'MlAudit', 'MlRelease', 'MlOnlineInference'])('%s', (name) => {
  const app = completeReferenceApp({ outdir: mkdtempSync(join(tmpdir(), 'snapshot-')), context: {} });
  expect(masked(app.node.findChild(name) as Stack)).toMatchSnapshot();
});
