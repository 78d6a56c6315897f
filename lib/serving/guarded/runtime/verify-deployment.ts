import * as z from 'zod';
import { recordOf } from './audit-fields';
import { VERIFICATION_SECONDS, VerifierProperties } from './contract';
import { StackApi } from './stack-api';
import { judge, Verdict, WantedEndpoint } from './verdict';
import { auditLine } from '../../../audit/audit-record';
import { Answer, Sleep } from '../../../core/runtime/answer';
import { CloudFormationRequest, parsed } from '../../../core/runtime/cloudformation-request';
import { DescribedEndpoint } from '../../runtime/described-endpoint';
import { EndpointApi } from '../../runtime/sagemaker-api';

/** What verifying needs of the world. */
export interface VerifierWorld {
  readonly sagemaker: Pick<EndpointApi, 'describeEndpoint'>;
  readonly stacks: Pick<StackApi, 'status'>;
  readonly runbook: string;
  readonly sleep: Sleep;
  /** Milliseconds. */
  readonly now: () => number;
  readonly write: (line: string) => void;
}

interface Looked {
  readonly verdict: Verdict;
  readonly described?: DescribedEndpoint;
}

const SECONDS_BETWEEN_LOOKS = 10;
/** Reads are eventually consistent: one that shows the old configuration may be old itself. */
const LOOKS_THAT_CONVINCE = 3;
/** Kept free for the last call for the endpoint, and two calls for the stack. */
const CALLS_SECONDS = 30;

// CloudFormation sends every number and boolean of a custom resource as text
const Amount = z.coerce.number().min(0);
const Whole = Amount.int();
const Flag = z.enum(['true', 'false']).transform((text) => text === 'true').or(z.boolean());
const Properties: z.ZodType<VerifierProperties> = z.object({
  EndpointName: z.string().min(1),
  EndpointConfigName: z.string().min(1),
  Variants: z.array(z.object({
    VariantName: z.string().min(1),
    Weight: Amount,
    InstanceCount: Whole,
    MinInstances: Whole.optional(),
    MaxInstances: Whole.optional(),
  })).min(1),
  Retained: Flag,
});

/** Looks at the endpoint until it is as wanted, surely is not, or five minutes are over. Reads only. */
export async function verifyDeployment(
  request: CloudFormationRequest, outOfTime: AbortSignal, world: VerifierWorld,
): Promise<Answer> {
  const started = world.now();
  const properties = parsed(Properties, request.ResourceProperties, 'what the deployment wants');
  const { verdict, described } = await look(properties, outOfTime, world, started);
  const reason = verdict.kind === 'AsWanted' ? 'The endpoint is as wanted.' : explain(properties, verdict, described, world.runbook);
  const ending = verdict.kind === 'AsWanted' ? 'AS_WANTED' : await rollsBack(request.StackId, world)
    ? 'NOT_AS_WANTED_IN_ROLLBACK' : 'NOT_AS_WANTED';

  world.write(auditLine(recordOf(request, {
    action: 'endpoint.deployment.verify',
    endpointName: properties.EndpointName,
    outcome: ending,
    reason,
    details: { wantedConfig: properties.EndpointConfigName, servedConfig: described?.configName },
  }, { started, ended: world.now() })));
  return { status: ending === 'NOT_AS_WANTED' ? 'FAILED' : 'SUCCESS', reason };
}

async function look(
  properties: VerifierProperties, outOfTime: AbortSignal, world: VerifierWorld, started: number,
): Promise<Looked> {
  const wanted = wantedOf(properties);
  const end = started + (VERIFICATION_SECONDS - CALLS_SECONDS) * 1000;
  for (let wrongInARow = 0; ;) {
    const looked = await lookOnce(properties.EndpointName, wanted, world);
    const { kind } = looked.verdict;
    wrongInARow = kind === 'Wrong' ? wrongInARow + 1 : 0;
    if (kind === 'AsWanted' || wrongInARow === LOOKS_THAT_CONVINCE) {
      return looked;
    }
    if (outOfTime.aborted || world.now() + SECONDS_BETWEEN_LOOKS * 1000 > end) {
      const scaling = looked.verdict.kind === 'NotYet' && looked.verdict.scaling === true;
      return scaling ? { ...looked, verdict: { kind: 'AsWanted' } } : looked;
    }
    await world.sleep(SECONDS_BETWEEN_LOOKS * 1000);
  }
}

/** An endpoint that cannot be read may be readable in a moment: a new permission takes seconds to arrive. */
async function lookOnce(name: string, wanted: WantedEndpoint, { sagemaker }: VerifierWorld): Promise<Looked> {
  try {
    const described = await sagemaker.describeEndpoint(name);
    return { verdict: judge(wanted, described), described };
  } catch (error) {
    return { verdict: { kind: 'NotYet', reason: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` } };
  }
}

/**
 * Whether CloudFormation is undoing a deployment: that must not fail once more. A stack that cannot be read counts as going
 * forward, because a rollback that fails is loud and can be continued, and a silent one is what this handler is for.
 */
async function rollsBack(stackId: string, { stacks }: VerifierWorld): Promise<boolean> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      return (await stacks.status(stackId)).includes('ROLLBACK');
    } catch {
      // once more
    }
  }
  return false;
}

function explain(
  { EndpointName, EndpointConfigName }: VerifierProperties, verdict: Exclude<Verdict, { kind: 'AsWanted' }>,
  described: DescribedEndpoint | undefined, runbook: string,
): string {
  const why = described?.failureReason;
  return [
    `Endpoint ${EndpointName} is not as this deployment wants it: ${verdict.reason}`
      + `${verdict.kind === 'NotYet' ? ' after five minutes' : ''}.`,
    described === undefined ? '' : `It is ${described.status ?? 'without a status'} on configuration ${described.configName ?? 'none'}; `
      + `wanted is ${EndpointConfigName}. `
      + (why === undefined || why === '' ? 'SageMaker gives no reason.' : `SageMaker says: ${why.slice(0, 1000)}`),
    'Do not deploy the same version again before you know why.',
    runbook,
  ].filter((sentence) => sentence !== '').join(' ');
}

function wantedOf({ EndpointConfigName, Variants, Retained }: VerifierProperties): WantedEndpoint {
  return {
    configName: EndpointConfigName,
    retained: Retained,
    variants: Variants.map(({ VariantName, Weight, InstanceCount, MinInstances, MaxInstances }) => ({
      name: VariantName,
      weight: Weight,
      instances: InstanceCount,
      range: MinInstances === undefined || MaxInstances === undefined ? undefined : { min: MinInstances, max: MaxInstances },
    })),
  };
}
