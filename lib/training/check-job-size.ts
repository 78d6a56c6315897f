import { gpusOf } from './job-container';
import { DEFAULT_TEAM } from './team-name';
import { TrainingJobProps } from './training-job-props';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

/**
 * Of the 24 KiB that a job definition may have, as much as a user's own texts may take; the rest is what stands in every one.
 * https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
 */
const MOST_TEXT_BYTES = 20_480;
/** A managed policy has at most 6,144 characters, and a folder takes up to 500 of them. */
const MOST_FOLDERS = 10;

/** What a job asks for and can never get: it would wait until Batch cancels it, or fail to be registered. */
export function checkJobSize(checks: Checks, props: TrainingJobProps): void {
  const { data = [], command = [], parameters = {}, environment = {} } = props;
  checkCapacity(checks, props);
  checkQuota(checks, props);
  const bytes = bytesOf([command, parameters, environment]);
  checks.report('DefinitionTooLarge', bytes <= MOST_TEXT_BYTES ? undefined
    : '`command`, `parameters` and `environment` must fit into a job definition, which Batch ends at 24 KiB: '
      + `got ${bytes} bytes of at most ${MOST_TEXT_BYTES}; put what is long into a file in S3`)
    .report('DataCount', data.length <= MOST_FOLDERS ? undefined
      : `\`data\` must name at most ${MOST_FOLDERS} folders, because a policy has at most 6144 characters: got ${data.length}; name a folder above them`);
}

function bytesOf(texts: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(texts));
  } catch {
    return 0; // one of them is no text, which another check says
  }
}

function checkCapacity(checks: Checks, { queue, vcpus }: TrainingJobProps): void {
  const limits = queue.kind._environments.map(({ maxVcpus }) => maxVcpus);
  checks.that('VcpusAboveQueue', { vcpus, limits }, (known) => typeof known.vcpus === 'number' && known.vcpus > Math.max(...known.limits)
    ? `\`vcpus\` must fit into the queue, or the job waits until Batch cancels it: got ${known.vcpus}, and the queue has at most ${Math.max(...known.limits)}`
    : undefined);
}

/** Batch waits until as much as a job consumes is free, also when there never was as much. */
function checkQuota(checks: Checks, props: TrainingJobProps): void {
  const { queue, team = DEFAULT_TEAM, nodes = 1, vcpus } = props;
  const share = queue.teams.find((each) => each.team === team);
  const { hasGpus } = queue.kind;
  const [prop, quota, each] = hasGpus ? ['gpus', share?.maxGpus, gpusOf(props)] as const : ['vcpus', share?.maxVcpus, vcpus] as const;
  if (quota !== undefined) {
    checks.that('QuotaTooSmall', { quota, each, nodes }, (known) => known.each * known.nodes > known.quota
      ? `\`${prop}\` of all nodes must fit into the quota of team ${shown(team)}, or the job waits for ever: got ${known.each * known.nodes} of ${known.quota}`
      : undefined);
  }
}
