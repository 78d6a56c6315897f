import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ModelRegistryAttributes, ModelRegistryProps } from './model-registry-props';
import { checkOnce, checkRoles, checkSlug } from './registry-rules';
import { ARTIFACT_STORE, IMAGE_STORE, OBJECT_LOCK } from '../artifacts/artifact-kinds';
import { Checks } from '../core/checks';
import { elsewhere } from '../core/elsewhere';
import { BUCKET, EVENT_BUS, KEY, Kinds, LIST, listOf, needed, recordOf, TEXT, thing, TOPIC } from '../core/kinds';
import { checkName, checkS3Uri } from '../core/names';

/** Lambda takes 4 KB of environment in all; names of tables, buckets and the runbook need some of it. */
const LARGEST_SETTINGS = 3000;
const MOST_REQUESTS = 1000;
const GATE = thing('an ApprovalGate, as in ApprovalGate.of({ minimumAccuracy: 0.9 })', '_minimums', '_render');
const KINDS: Kinds<ModelRegistryProps> = {
  artifacts: needed(ARTIFACT_STORE),
  images: listOf(IMAGE_STORE),
  environment: TEXT,
  approvalGates: recordOf(needed(GATE, 'leave out a model that has none')),
  trustedSessionRoles: LIST,
  datasetPrefixes: LIST,
  encryptionKey: KEY,
  auditLock: OBJECT_LOCK,
  accessLogs: BUCKET,
  eventBus: EVENT_BUS,
  notifications: TOPIC,
};

const ATTRIBUTES: Kinds<ModelRegistryAttributes> = {
  auditBucket: BUCKET,
  artifacts: ARTIFACT_STORE,
  images: listOf(IMAGE_STORE),
  eventBus: EVENT_BUS,
  trustedSessionRoles: LIST,
};

/** What has to be known of what is said of a registry that was made elsewhere. */
export function checkAttributeKinds(scope: IConstruct, attributes: ModelRegistryAttributes): void {
  new Checks().kinds(attributes, ATTRIBUTES).settle(scope);
}

/** Throws everything that is wrong with the props of a registry at once; wrong kinds first: nothing more can be read of them. */
export function checkRegistryProps(scope: IConstruct, props: ModelRegistryProps): void {
  new Checks().kinds(props, KINDS).settle(scope);
  const { environment, requestsPerSecond, trustedSessionRoles = [], datasetPrefixes = [] } = props;
  const checks = new Checks()
    .report('NoImages', props.images?.length === 0
      ? '`images` must hold at least one store: got an empty list, with which no version could be registered; leave it out for a new one' : undefined)
    .report('NoDatasetPrefixes', props.datasetPrefixes?.length === 0
      ? '`datasetPrefixes` must hold at least one prefix: got an empty list; leave it out to allow data sets from anywhere' : undefined)
    .report('StoreElsewhere', elsewhere('artifacts', scope, props.artifacts, 'make an ArtifactStore beside it, or bring the bucket there with ArtifactStore.fromBucket'))
    .number('RequestsPerSecond', 'requestsPerSecond', requestsPerSecond, { min: 1, max: MOST_REQUESTS, whole: true });
  if (environment !== undefined) {
    checkSlug(checks, 'Environment', 'environment', environment);
  }
  datasetPrefixes.forEach((prefix) => checkS3Uri(checks, 'datasetPrefixes', prefix));
  checkOnce(checks, 'DatasetPrefixTwice', 'datasetPrefixes', datasetPrefixes);
  checkRoles(checks, 'trustedSessionRoles', trustedSessionRoles);
  checkGates(checks, props);
  checks.report('SettingsTooLarge', sizeProblem(props)).settle(scope);
}

function checkGates(checks: Checks, { approvalGates = {} }: ModelRegistryProps): void {
  for (const model of Object.keys(approvalGates)) {
    checks.report('GateForToken', Token.isUnresolved(model)
      ? '`approvalGates` must name its models literally, or nobody could see which gate is whose: got a token' : undefined);
    checkName(checks, 'modelId', 'approvalGates', model);
  }
}

/** The handler gets all of it in its environment. What tokens become is not known here, and left to Lambda. */
function sizeProblem(props: ModelRegistryProps): string | undefined {
  const { approvalGates = {}, trustedSessionRoles = [], datasetPrefixes = [] } = props;
  const minimums = Object.entries(approvalGates).map(([model, gate]) => [model, gate._minimums]);
  const size = Buffer.byteLength(JSON.stringify([Object.fromEntries(minimums), trustedSessionRoles, datasetPrefixes]));
  return size <= LARGEST_SETTINGS ? undefined
    : `\`approvalGates\`, \`trustedSessionRoles\` and \`datasetPrefixes\` must have at most ${LARGEST_SETTINGS} bytes together, because Lambda takes `
      + `4 KB of environment: got ${size}; shorten the lists, or make a second registry`;
}
