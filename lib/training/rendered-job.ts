import { aws_batch as batch } from 'aws-cdk-lib';
import { wrongUser } from './check-job';
import { looksSecret } from './job-environment';
import { judgeRendered } from './rendered';
import { shown } from '../core/invalid-props';

interface Container {
  readonly Image?: unknown;
  readonly Privileged?: unknown;
  readonly User?: unknown;
  readonly Environment?: readonly { readonly Name?: unknown }[];
  readonly Volumes?: readonly { readonly Host?: { readonly SourcePath?: unknown } }[];
}

interface Definition {
  readonly JobDefinitionName?: unknown;
  readonly ContainerProperties?: Container;
  readonly NodeProperties?: { readonly NodeRangeProperties?: readonly { readonly Container?: Container }[] };
  readonly RetryStrategy?: { readonly Attempts?: unknown; readonly EvaluateOnExit?: readonly Exit[] };
  readonly Timeout?: { readonly AttemptDurationSeconds?: unknown };
}

interface Exit {
  readonly Action?: unknown;
  readonly OnReason?: unknown;
  readonly OnStatusReason?: unknown;
  readonly OnExitCode?: unknown;
}

const DROP = 'drop the override';
/** What a machine offers to jobs; anything else of it is not theirs. */
const OFFERED = /^\/mnt\/(?:scratch|lustre\/[0-9]+)$/;

/** What an escape hatch made of a job definition: no pack looks at one. */
export function checkRenderedJob(definition: batch.CfnJobDefinition): void {
  judgeRendered(definition, (properties: Definition) => {
    const nodes = properties.NodeProperties?.NodeRangeProperties ?? [];
    const containers = [properties.ContainerProperties, ...nodes.map(({ Container: container }) => container)];
    return [
      ...containers.flatMap((container) => container === undefined ? [] : judgeContainer(container)),
      ...judgeRetry(properties), judgeTimeout(properties), judgeName(properties),
    ];
  });
}

function judgeContainer(container: Container): (string | undefined)[] {
  const { Image: image, Privileged: privileged, User: user, Environment: environment = [], Volumes: volumes = [] } = container;
  const wrong = typeof user === 'object' && user !== null ? undefined : wrongUser('User', user); // a reference: only the deployment knows
  const secret = environment.map(({ Name: name }) => name).find((name) => typeof name === 'string' && looksSecret(name));
  const host = volumes.map(({ Host: place }) => place?.SourcePath)
    .find((path) => path !== undefined && !(typeof path === 'string' && OFFERED.test(path)));
  return [
    privileged === false ? undefined : `\`Privileged\` must stay false: a privileged container is as good as its machine: got ${shown(privileged)}; ${DROP}`,
    wrong === undefined ? undefined : `${wrong}; ${DROP}`,
    typeof image !== 'string' || /@sha256:[0-9a-f]{64}$/.test(image) ? undefined
      : `\`Image\` must name its digest, because a tag such as latest can point to another image tomorrow: got ${shown(image)}; use \`image\`, ${DROP}`,
    secret === undefined ? undefined
      : `\`Environment\` must not carry secrets, because everybody who may describe jobs reads it: got the name ${shown(secret)}; use \`secrets\`, ${DROP}`,
    host === undefined ? undefined : `\`Volumes\` must not show a container its machine: got ${shown(host)}; use \`mounts\`, ${DROP}`,
  ];
}

/** Batch tries again when no entry matches, so the last must match everything. */
function judgeRetry({ RetryStrategy: retry }: Definition): (string | undefined)[] {
  const exits = retry?.EvaluateOnExit ?? [];
  const last = exits[exits.length - 1];
  const ends = last !== undefined && String(last.Action).toUpperCase() === 'EXIT' && last.OnReason === '*'
    && last.OnStatusReason === undefined && last.OnExitCode === undefined;
  return [
    retry?.Attempts !== undefined && exits.length > 0 ? undefined
      : `\`RetryStrategy\` must hold attempts and conditions, or a reclaimed job is lost: got ${exits.length} conditions; use \`attempts\`, ${DROP}`,
    exits.length === 0 || ends ? undefined
      : `\`EvaluateOnExit\` must end with EXIT on reason '*', or Batch repeats a program that fails: got ${shown(last?.Action)} last; ${DROP}`,
  ];
}

function judgeTimeout({ Timeout: timeout }: Definition): string | undefined {
  return timeout?.AttemptDurationSeconds !== undefined ? undefined
    : `\`Timeout\` must stay: a program that hangs would be billed for ever; use \`timeout\`, ${DROP}`;
}

function judgeName({ JobDefinitionName: name }: Definition): string | undefined {
  return name === undefined ? undefined : `\`JobDefinitionName\` must stay empty: tags replace the definition; ${DROP}`;
}
