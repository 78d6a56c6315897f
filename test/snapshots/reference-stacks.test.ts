import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { completeReferenceApp } from '../../tools/reference-app';
import { masked } from '../support/masked';

// Snapshots show in a pull request what a change does to deployed stacks. They are never written by `npm test`.
const STACKS = ['MlStores', 'MlRegistry', 'MlAudit', 'MlRelease', 'MlOnlineInference', 'MlInferenceApi', 'MlTraining'];
test.each(STACKS)('%s', (name) => {
  const app = completeReferenceApp({ outdir: mkdtempSync(join(tmpdir(), 'snapshot-')), context: {} });
  const template = masked(app.node.findChild(name) as Stack);
  expect(name === 'MlTraining' ? withoutNetwork(template) : template).toMatchSnapshot();
});

/** A network is in the snapshot of the endpoint already, and half of a stack. */
function withoutNetwork(template: object): object {
  const { Resources, ...rest } = template as { readonly Resources: Readonly<Record<string, object>> };
  return { ...rest, Resources: Object.fromEntries(Object.entries(Resources).filter(([id]) => !id.startsWith('Network'))) };
}
