import { AwsError } from './aws/error';
import { userOf } from './aws/gateway';
import { ARTIFACTS } from './aws/supplies';
import { CLOUDFORMATION, REGISTRY_NAME } from './calls';
import { Hands } from './hands';
import { Act } from './scenario';
import { Found, Templates } from './template/template';
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
  private readonly physicalIds = new Map<string, unknown>();
  private keys = 0;

  /** @param templatesWith those of the stack that is rehearsed with another template of its own */
  constructor(world: World, private templates: Templates, private readonly templatesWith: (template: object) => Templates) {
    this.world = world;
  }

  /** Versions in the registry, each registered by one person and approved by another; the first is in production. */
  public async fillRegistry({ tenant, model }: Deployed, adopted: boolean): Promise<void> {
    const { scenario: { revisions = 3 } } = this.world;
    for (let revision = 1; revision <= revisions; revision++) {
      await this.register(tenant, model);
    }
    if (adopted) {
      await this.must('ann', 'POST', `/tenants/${tenant}/models/${model}/versions/1/promote`, {});
    }
  }

  private async register(tenant: string, model: string): Promise<number> {
    const { supplies, versions } = this.world;
    const path = `/tenants/${tenant}/models/${model}/versions`;
    const revision = versions.length + 1;
    const image = supplies.push(`models/${model}`, `version ${revision}`);
    const { artifact, artifactSha256 } = supplies.upload(ARTIFACTS, model, `version ${revision}`);
    versions.push({ image, artifact });
    await this.must('ann', 'POST', path, { image, artifact, artifactSha256 });
    await this.must(SECOND_PERSON, 'POST', `${path}/${revision}/approve`, { image, artifactSha256 });
    return revision;
  }

  /** An endpoint that was there before: made by hand, with a variant of the name that ours have. */
  public plantEndpoint({ endpointName, executionRoleArn }: Deployed): void {
    const { sagemaker, versions: [first] } = this.world;
    const [ModelName, EndpointConfigName] = [`${endpointName}-before`.slice(0, 63), `${endpointName}-before`.slice(0, 63)];
    sagemaker.act('CreateModel', { ModelName, ExecutionRoleArn: executionRoleArn, PrimaryContainer: { Image: first?.image, ModelDataUrl: `s3://${ARTIFACTS}/before/model.tar.gz` } });
    sagemaker.plantConfig({
      EndpointConfigName, ProductionVariants: [{ VariantName: STABLE_SLOT, ModelName, InitialInstanceCount: 2, InitialVariantWeight: 1, InstanceType: 'ml.m5.xlarge' }],
    });
    sagemaker.act('CreateEndpoint', { EndpointName: endpointName, EndpointConfigName });
  }

  /** As CloudFormation would: every custom resource of an endpoint is created. */
  public async deploy(): Promise<void> {
    for (const resource of this.templates.of(LIFECYCLE_TYPE)) {
      const problem = await this.asksHandler('Create', resource);
      if (problem !== undefined) {
        throw new Error(`CloudFormation could not create ${resource.logicalId}: ${problem}; its log says: ${this.world.journal.logs.join(' | ')}`);
      }
    }
  }

  /** As CloudFormation would update the stack; answers what went wrong. Nothing is taken back when a custom resource fails. */
  private async redeploy(template: object | undefined): Promise<string | undefined> {
    const before = this.templates;
    const after = template === undefined ? before : this.templatesWith(template);
    const idOf = ({ own, logicalId }: Found) => `${own} ${logicalId}`;
    const old = new Map(before.of(LIFECYCLE_TYPE).map((each) => [idOf(each), each]));
    const fresh = after.of(LIFECYCLE_TYPE);
    this.world.deploy(after, before, Stage.endpointsOf(after).flatMap(({ alarms }) => alarms));
    this.templates = after;
    for (const resource of fresh) {
      const former = old.get(idOf(resource));
      const same = JSON.stringify(former?.properties) === JSON.stringify(resource.properties);
      const problem = same ? undefined : await this.asksHandler(former === undefined ? 'Create' : 'Update', resource, former);
      if (problem !== undefined) {
        return problem;
      }
    }
    const gone = [...old.values()].filter((each) => !fresh.some((one) => idOf(one) === idOf(each)));
    for (const resource of gone) {
      const problem = await this.asksHandler('Delete', resource);
      if (problem !== undefined) {
        return problem;
      }
    }
    return undefined;
  }

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
  private async asksHandler(RequestType: 'Create' | 'Update' | 'Delete', resource: Found, former?: Found): Promise<string | undefined> {
    const { world } = this;
    const { logicalId, type, properties } = resource;
    const of = world.functions.find(String(properties.ServiceToken));
    if (of === undefined) {
      throw new Error(`the template has no bundled function for ${logicalId} (${type}): ${String(properties.ServiceToken)}`);
    }
    const count = world.deployed.length;
    await world.functions.invokeAsync(of, {
      RequestType,
      ServiceToken: properties.ServiceToken,
      ResponseURL: `https://${CLOUDFORMATION}/answer`,
      RequestId: `deploy-${logicalId}-${count}`,
      StackId: `arn:aws:cloudformation:${world.place.region}:${world.place.account}:stack/Rehearsed/00000000-0000-4000-8000-000000000000`,
      LogicalResourceId: logicalId,
      ResourceType: type,
      ResourceProperties: properties,
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: this.physicalIds.get(logicalId) }),
      ...(former === undefined ? {} : { OldResourceProperties: former.properties }),
    });
    const answer = world.deployed.slice(count).at(-1);
    this.physicalIds.set(logicalId, answer?.PhysicalResourceId);
    return answer?.Status === 'SUCCESS' ? undefined : String(answer?.Reason ?? 'the handler did not answer');
  }

  /** Somebody does something. */
  public async perform(act: Act): Promise<void> {
    const { world } = this;
    if (act.do === 'other') {
      world.journal.note('operator', act.note ?? 'something happens to the account');
      await act.act?.(this.hands());
      return;
    }
    if (act.do === 'deploy') {
      await this.deployed(act);
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

  private async deployed({ note, by = 'ann', template }: Act): Promise<void> {
    const { journal } = this.world;
    journal.note('operator', note ?? `${by}: deploy`);
    const problem = await this.redeploy(template);
    const body = problem === undefined ? {} : { code: 'UPDATE_FAILED', detail: problem };
    journal.answers.push({ minutes: journal.minutes, do: 'deploy', by, status: problem === undefined ? 200 : 409, body });
    journal.note('operator', `${by}: deploy -> ${problem ?? 'UPDATE_COMPLETE'}`);
    journal.changed = true;
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
        const ProductionVariants = [{ VariantName: STABLE_SLOT, ModelName, InitialInstanceCount: 1 }];
        sagemaker.plantConfig({ EndpointConfigName, ProductionVariants });
        sagemaker.act('UpdateEndpoint', { EndpointName: endpointName, EndpointConfigName });
      },
      setSlot: (VariantName, { weight: DesiredWeight, instances: DesiredInstanceCount }) => {
        sagemaker.act('UpdateEndpointWeightsAndCapacities', {
          EndpointName: endpointName, DesiredWeightsAndCapacities: [{ VariantName, DesiredWeight, DesiredInstanceCount }],
        });
      },
      loseModelData: (revision, what) => { world.supplies.lose(world.versions[revision - 1]?.[what] ?? ''); },
      registerVersion: async () => this.register(deployed?.tenant ?? '', deployed?.model ?? ''),
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
