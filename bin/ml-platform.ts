import { App } from 'aws-cdk-lib';
import {
  AuditTrailStack, InferenceApiStack, ModelRegistryStack, ModelStoresStack, OnlineInferenceStack, ProgressiveReleaseStack,
  TrainingStack,
} from '../lib/stacks';
import { ColumnCheck, MachineFamily, QueueKind, TrainingData } from '../lib/training';

/** How the reference app is made. */
export interface ReferenceAppOptions {
  /** Where it is synthesized to. */
  readonly outdir?: string;
  /** Context values, as `cdk -c name=value` gives them. */
  readonly context?: Record<string, unknown>;
}

const MODEL = 'churn';
const RELEASED = 'fraud-detection';

/** CDK's own default, said aloud: as long as an endpoint reads from the stores, they cannot be taken from under it. */
const STORES_STAY = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/**
 * The reference app: stores first, a registry over them, an endpoint that releases bring versions to, a trail over all of it,
 * one that deployments do with an API in front as soon as `imageDigest` and `artifactSha256` say what it serves, and training
 * as soon as `trainerDigest` and `imageDigest` say what trains and what will serve.
 *
 *     cdk deploy MlStores
 *     cdk deploy --all -c imageDigest=sha256:… -c artifactSha256=… -c trainerDigest=sha256:…
 */
export function createApp({ outdir, context }: ReferenceAppOptions = {}): App {
  const app = new App({ outdir, context: { ...STORES_STAY, ...context } });
  const stores = new ModelStoresStack(app, 'MlStores', { description: 'Stores for model artifacts and images' });
  const { registry } = new ModelRegistryStack(app, 'MlRegistry', {
    description: 'Model versions, approvals, production, and their audit chain',
    artifacts: stores.artifacts,
    images: [stores.images],
  });
  const { endpoint: released } = new ProgressiveReleaseStack(app, 'MlRelease', {
    description: 'An endpoint that releases bring new versions to, and take them back from',
    endpointName: RELEASED,
    model: registry.model(RELEASED),
  });
  new AuditTrailStack(app, 'MlAudit', {
    description: 'A trail, and alarms on what nobody should do unseen',
    artifacts: [stores.artifacts],
    registries: [registry],
    handlersOf: [released],
  });
  const digest: unknown = app.node.tryGetContext('imageDigest');
  const sha256: unknown = app.node.tryGetContext('artifactSha256');
  if (digest !== undefined || sha256 !== undefined) {
    const online = new OnlineInferenceStack(app, 'MlOnlineInference', {
      description: 'A guarded SageMaker endpoint: canary deployment, automatic rollback',
      endpointName: MODEL,
      image: stores.images.image(String(digest)),
      artifact: stores.artifacts.artifact(MODEL, String(sha256)),
    });
    new InferenceApiStack(app, 'MlInferenceApi', {
      description: 'Models over HTTPS: tokens, scopes, a firewall, throttling',
      endpoints: [online.endpoint],
      clients: { operators: { endpoints: [online.endpoint] } }, // for `mlp invoke churn --client operators`
    }).node.addDependency(online);
  }
  const trainer: unknown = app.node.tryGetContext('trainerDigest');
  if (trainer !== undefined) {
    new TrainingStack(app, 'MlTraining', {
      description: 'A queue of spot machines, a pipeline from data to a version that waits for approval, inference over many objects',
      model: registry.model(MODEL),
      artifacts: stores.artifacts,
      image: stores.images.image(String(trainer)),
      servingImage: stores.images.image(String(digest)),
      kind: QueueKind.cpuSpot({ machines: [MachineFamily.C6I, MachineFamily.M6I], maxVcpus: 64 }),
      data: TrainingData.csv(stores.artifacts.bucket, `datasets/${MODEL}/`, { columns: [ColumnCheck.number('tenure', { minimum: 0, maximum: 1200 })] }),
    });
  }
  return app;
}

if (require.main === module) {
  createApp().synth();
}
