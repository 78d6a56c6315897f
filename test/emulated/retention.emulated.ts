import { BatchDeleteImageCommand } from '@aws-sdk/client-ecr';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { BundleProcess } from './support/bundle-process';
import { EmulatedRegistry, succeeded } from './support/emulated-registry';
import { METRIC_RETAINED_CHECKED, METRIC_RETAINED_MISSING, Registration, RETENTION_BUNDLE } from '../../lib/registry/runtime/contract';
import { person } from '../registry/support/callers';

let registry: EmulatedRegistry;
let retention: BundleProcess;
beforeAll(async () => {
  registry = await EmulatedRegistry.start();
  retention = await BundleProcess.start(RETENTION_BUNDLE, registry.environment);
  for (const content of ['one', 'two']) {
    succeeded(await registry.as(person('bob')).act('promote', 'fraud', await registry.approved('fraud', content)));
  }
  const held = await registry.approved('fraud', 'three');
  succeeded(await registry.as(person('bob')).act('hold', 'fraud', held, { body: { release: 'blue', as: 'rollout' } }));
  await registry.registered('fraud', 'four'); // nobody needs it
});
afterAll(async () => { await Promise.all([retention.stop(), registry.stop()]); });

const version = async (revision: number) =>
  (await registry.as(person('ann')).get(`/tenants/default/models/fraud/versions/${revision}`)).body as unknown as Registration;
/** What the check wrote: its audit line, and the two metrics of that run. */
const check = async () => {
  const before = retention.lines.length;
  await retention.handle({});
  const lines = retention.lines.slice(before);
  const metric = (name: string) => lines.find((line) => name in line)?.[name];
  return {
    record: lines.find(({ action }) => action === 'model.retention.check'),
    missing: metric(METRIC_RETAINED_MISSING),
    checked: metric(METRIC_RETAINED_CHECKED),
  };
};
const deleteArtifact = async ({ artifact }: Registration) => {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(artifact) ?? [];
  await registry.moto.s3.send(new DeleteObjectCommand({ Bucket, Key }));
};
const deleteImage = async ({ image }: Registration) => {
  const [, repositoryName, imageDigest] = /\/([^@]+)@(.+)$/.exec(image) ?? [];
  await registry.moto.ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
};

test('production, history and what a release holds are there', async () => {
  expect(await check()).toMatchObject({ record: { outcome: 'AS_WANTED' }, missing: 0, checked: 3 });
});

test('what nobody needs may go', async () => {
  await deleteArtifact(await version(4));
  expect(await check()).toMatchObject({ record: { outcome: 'AS_WANTED' }, missing: 0, checked: 3 });
});

test('an artifact of the history and an image of a release that are gone are named', async () => {
  await deleteArtifact(await version(1));
  await deleteImage(await version(3));
  expect(await check()).toMatchObject({
    record: { outcome: 'NOT_AS_WANTED', details: { missing: ['default/fraud/1:artifact', 'default/fraud/3:image'] } },
    missing: 2,
    checked: 3,
  });
});
