import { AwsError } from './aws/error';
import { userOf } from './aws/gateway';
import { ARTIFACTS } from './aws/supplies';
import { CLOUDFORMATION, REGISTRY_NAME } from './calls';
import { Hands } from './hands';
import { Act } from './scenario';
import { Templates } from './template/template';
import { World } from './world';
import { ROUTES as REGISTRY_ROUTES } from '../lib/registry/runtime/contract';
import {
  DESK_BUNDLE, DESK_ROUTES, LIFECYCLE_TYPE, REQUEST_KEY_HEADER, STABLE_SLOT, STOP_BUNDLE, STOP_ROUTES, ENV_STOP_PARAMETER,
} from '../lib/serving/progressive/runtime/contract';

/** What a `Custom::EndpointLifecycle` of the template deploys. */
export interface Deployed {
  readonly endpointName: string;
  readonly tenant: string;
  readonly model: string;
  readonly executionRoleArn: string;
  readonly stages: readonly { readonly bakeSeconds: number }[];
  readonly maxHoldSeconds: number;
  /** Names of the rollback alarms. */
  readonly alarms: readonly string[];
}

const SECOND_PERSON = 'bob';
/** Of `mlp`, bin/cli/service-client.ts, without its jitter. */
const WAITS_MS = [400, 1200, 3600];

/** Who is on the stage: the account before the release, and the people. */
export class Stage {
  /** The endpoints that the template deploys. */
  public static endpointsOf(templates: Templates): Deployed[] {
    return templates.of(LIFECYCLE_TYPE).filter(({ own }) => own).map(({ properties: { EndpointName, Profile } }) => {
      const { tenant, model, executionRoleArn, plan: { stages, maxHoldSeconds, alarms } } = JSON.parse(String(Profile)) as
        Pick<Deployed, 'tenant' | 'model' | 'executionRoleArn'> & { readonly plan: Pick<Deployed, 'stages' | 'maxHoldSeconds' | 'alarms'> };
      return { endpointName: String(EndpointName), tenant, model, executionRoleArn, stages, maxHoldSeconds, alarms };
    });
  }

  private readonly world: World;
  private keys = 0;

  constructor(world: World, private readonly templates: Templates) {
    this.world = world;
  }

  /** Versions in the registry, each registered by one person and approved by another; the first is in production. */
  public async fillRegistry({ tenant, model }: Deployed, adopted: boolean): Promise<void> {
    const { supplies, images, scenario: { revisions = 3 } } = this.world;
    const path = `/tenants/${tenant}/models/${model}`;
    for (let revision = 1; revision <= revisions; revision++) {
      const image = supplies.push(`models/${model}`, `version ${revision}`);
      const { artifact, artifactSha256 } = supplies.upload(ARTIFACTS, model, `version ${revision}`);
      images.push(image);
      await this.must('ann', 'POST', `${path}/versions`, { image, artifact, artifactSha256 });
      await this.must(SECOND_PERSON, 'POST', `${path}/versions/${revision}/approve`, { image, artifactSha256 });
    }
    if (adopted) {
      await this.must('ann', 'POST', `${path}/versions/1/promote`, {});
    }
  }

  /** An endpoint that was there before: made by hand, with a variant of the name that ours have. */
  public plantEndpoint({ endpointName, executionRoleArn }: Deployed): void {
    const { sagemaker, images } = this.world;
    const [ModelName, EndpointConfigName] = [`${endpointName}-before`.slice(0, 63), `${endpointName}-before`.slice(0, 63)];
    sagemaker.act('CreateModel', { ModelName, ExecutionRoleArn: executionRoleArn, PrimaryContainer: { Image: images[0], ModelDataUrl: `s3://${ARTIFACTS}/before/model.tar.gz` } });
    sagemaker.act('CreateEndpointConfig', {
      EndpointConfigName, ProductionVariants: [{ VariantName: STABLE_SLOT, ModelName, InitialInstanceCount: 2, InitialVariantWeight: 1, InstanceType: 'ml.m5.xlarge' }],
    });
    sagemaker.act('CreateEndpoint', { EndpointName: endpointName, EndpointConfigName });
  }

  /** As CloudFormation would: every custom resource of an endpoint is created. */
  public async deploy(): Promise<void> {
    const { world } = this;
    for (const { logicalId, type, properties } of this.templates.of(LIFECYCLE_TYPE)) {
      const of = world.functions.find(String(properties.ServiceToken));
      if (of === undefined) {
        throw new Error(`the template has no bundled function for ${logicalId} (${type}): ${String(properties.ServiceToken)}`);
      }
      await world.functions.invokeAsync(of, {
        RequestType: 'Create',
        ServiceToken: properties.ServiceToken,
        ResponseURL: `https://${CLOUDFORMATION}/answer`,
        RequestId: `deploy-${logicalId}`,
        StackId: `arn:aws:cloudformation:${world.place.region}:${world.place.account}:stack/Rehearsed/00000000-0000-4000-8000-000000000000`,
        LogicalResourceId: logicalId,
        ResourceType: type,
        ResourceProperties: properties,
      });
      const answer = world.deployed.at(-1);
      if (answer?.Status !== 'SUCCESS') {
        throw new Error(`CloudFormation could not create ${logicalId}: ${String(answer?.Reason ?? 'the handler did not answer')}; its log says: ${world.journal.logs.join(' | ')}`);
      }
    }
  }

  /** Somebody does something. */
  public async perform(act: Act): Promise<void> {
    const { world } = this;
    if (act.do === 'other') {
      world.journal.note('operator', act.note ?? 'something happens to the account');
      await act.act?.(this.hands());
      return;
    }
    const by = act.by ?? (act.do === 'allow' || act.do === 'clear' ? SECOND_PERSON : 'ann');
    const { revision = 2 } = act;
    const endpoint = `/endpoints/${world.journal.endpointName}`;
    const [bundle, target, body]: [string, string, unknown] = {
      start: [DESK_BUNDLE, `${endpoint}/releases`, { revision }],
      rollback: [DESK_BUNDLE, `${endpoint}/rollback`, {}],
      abort: [DESK_BUNDLE, `${endpoint}/abort`, { releaseId: act.releaseId ?? world.moment().releaseId ?? `${world.journal.endpointName}.1` }],
      allow: [DESK_BUNDLE, `${endpoint}/allow`, { revision }],
      stop: [STOP_BUNDLE, '/stop', {}],
      clear: [STOP_BUNDLE, '/clear', {}],
    }[act.do] as [string, string, unknown];
    world.journal.note('operator', act.note ?? `${by}: ${act.do}${['start', 'allow'].includes(act.do) ? ` revision ${revision}` : ''}`);
    const headers = { 'content-type': 'application/json', [REQUEST_KEY_HEADER]: act.key ?? `key-${++this.keys}` };
    const request = { method: 'POST', target, headers, body: JSON.stringify(body), caller: userOf(by, world.place.account) };
    const { status, body: answer } = await this.asked(bundle, request, act.asksAgain === false ? [] : WAITS_MS);
    world.journal.answers.push({ minutes: world.journal.minutes, do: act.do, by, status, body: answer });
    world.journal.note('operator', `${by}: ${act.do} -> ${status}${status < 400 ? '' : ` ${String(answer.code ?? answer.errorType ?? '')}: ${String(answer.detail ?? answer.errorMessage ?? '')}`}`);
    world.journal.changed = true;
  }

  /** As `mlp` asks: when the other side fails, the same request again with the same key, four times in all. */
  private async asked(bundle: string, request: Parameters<World['asked']>[2], waits: readonly number[]): ReturnType<World['asked']> {
    const { world } = this;
    const ask = () => world.asked(bundle, bundle === DESK_BUNDLE ? DESK_ROUTES : STOP_ROUTES, request);
    let answer = await ask();
    for (const wait of waits) {
      if (answer.status >= 500) {
        world.journal.note('operator', `no answer (${answer.status}); the same request again`);
        await world.clock.sleep(wait);
        answer = await ask();
      }
    }
    return answer;
  }

  public hands(): Hands {
    const { world } = this;
    const { journal: { endpointName }, sagemaker, ssm, cloudwatch, machines, functions } = world;
    const [deployed] = Stage.endpointsOf(this.templates).filter((each) => each.endpointName === endpointName);
    const stopParameter = functions.withBundle(DESK_BUNDLE)?.environment[ENV_STOP_PARAMETER] ?? '';
    return {
      moment: world.moment(),
      alarms: [...cloudwatch.alarms.keys()],
      model: deployed,
      lockEndpoint: (seconds) => { sagemaker.lock(endpointName, seconds); },
      updateEndpointBehindItsBack: () => {
        const EndpointConfigName = `somebody-elses-${world.journal.calls.length}`;
        const [{ modelName: ModelName }] = sagemaker.endpoints.get(endpointName)?.slots ?? [{ modelName: '' }];
        sagemaker.act('CreateEndpointConfig', { EndpointConfigName, ProductionVariants: [{ VariantName: STABLE_SLOT, ModelName, InitialInstanceCount: 1 }] });
        sagemaker.act('UpdateEndpoint', { EndpointName: endpointName, EndpointConfigName });
      },
      setSlot: (VariantName, { weight: DesiredWeight, instances: DesiredInstanceCount }) => {
        sagemaker.act('UpdateEndpointWeightsAndCapacities', {
          EndpointName: endpointName, DesiredWeightsAndCapacities: [{ VariantName, DesiredWeight, DesiredInstanceCount }],
        });
      },
      stopExecution: () => {
        // the parent: a child that is stopped makes its parent fail instead
        const execution = machines.executions.find(({ status }) => status === 'RUNNING');
        execution?.stop('', 'stopped in the console');
      },
      breakStopSwitch: (value) => {
        if (value === undefined) {
          ssm.delete(stopParameter);
        } else {
          ssm.set(stopParameter, value);
        }
      },
      setAlarm: (AlarmName, StateValue) => { cloudwatch.act('SetAlarmState', { AlarmName, StateValue, StateReason: 'set by a person' }); },
      defineAlarm: (name, changed) => { cloudwatch.define(name, changed); },
      registry: (by, method, path, body) => this.registry(by, method, path, body),
    };
  }

  private async registry(by: string, method: string, target: string, body?: unknown) {
    return this.world.asked(REGISTRY_NAME, REGISTRY_ROUTES, {
      method,
      target,
      headers: { 'content-type': 'application/json', 'idempotency-key': `registry-${++this.keys}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      caller: userOf(by, this.world.place.account),
    });
  }

  private async must(by: string, method: string, target: string, body: unknown): Promise<void> {
    const { status, body: answer } = await this.registry(by, method, target, body);
    if (status >= 300) {
      throw new AwsError('RegistryRefused', `the registry did not take ${method} ${target}: ${JSON.stringify(answer)}`);
    }
  }
}
