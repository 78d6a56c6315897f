import { randomUUID } from 'node:crypto';
import { Caller, person, TRUSTED_ROLE } from './callers';
import { FakeEcr } from './fake-ecr';
import { FakeS3 } from './fake-s3';
import { gatewayEvent, GatewayRequest } from './gateway';
import { Problem, Registration, REQUEST_KEY_HEADER } from '../../../lib/registry/runtime/contract';
import { registryApi } from '../../../lib/registry/runtime/registry-api';
import { RegistrySettings, RegistryWorld } from '../../../lib/registry/runtime/registry-world';
import { FakeDynamoDb } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';

export const REGISTRY_TABLE = 'registry';
export const AUDIT_TABLE = 'audit';
export const ARTIFACT_BUCKET = 'artifacts-111122223333';

export interface Logged {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The view or the problem. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a request may say beside its path. */
export interface Wish {
  readonly body?: unknown;
  /** A new one is made up when it is left out. */
  readonly key?: string;
}

/** A whole registry in this process: the real handler over fakes, with a clock that only moves when somebody waits. */
export class RegistryBench {
  public readonly dynamodb = new FakeDynamoDb(REGISTRY_TABLE, AUDIT_TABLE);
  public readonly s3 = new FakeS3();
  public readonly ecr = new FakeEcr();
  /** Audit lines: what the handler writes to its log as records. */
  public readonly lines: string[] = [];
  /** What the handler tells whoever looks after it. */
  public readonly logged: Logged[] = [];
  public readonly counts: string[] = [];
  public readonly settings: RegistrySettings;
  private origin = Date.UTC(2026, 10, 20, 12);
  /** How long each client has waited so far: clients wait side by side, not one after the other. */
  private readonly waited = new Map<string, number>();

  constructor(settings: Partial<RegistrySettings> = {}) {
    this.settings = {
      registryTable: REGISTRY_TABLE,
      auditTable: AUDIT_TABLE,
      artifactBucket: ARTIFACT_BUCKET,
      region: this.ecr.region,
      environment: 'test',
      trustedSessionRoles: [TRUSTED_ROLE],
      datasetPrefixes: [],
      approvalMinimums: new Map(),
      runbook: 'Read docs/runbook.md.',
      ...settings,
    };
  }

  /** The time of whoever has waited longest, in milliseconds. Moves when somebody waits, or when it is set. */
  public get now(): number {
    return this.origin + Math.max(0, ...this.waited.values());
  }

  public set now(now: number) {
    this.origin += now - this.now;
  }

  /** The world of one handler; its name is how the fake's hooks tell clients apart. */
  public world(client = 'client'): RegistryWorld {
    return {
      dynamodb: this.dynamodb.client(client),
      s3: this.s3.client(),
      ecr: this.ecr.client(),
      settings: this.settings,
      now: () => this.origin + (this.waited.get(client) ?? 0),
      sleep: async (milliseconds) => { this.waited.set(client, (this.waited.get(client) ?? 0) + milliseconds); },
      random: () => 0.5,
      write: (line) => { this.lines.push(line); },
      log: {
        warn: (message, details) => { this.logged.push({ level: 'warn', message, details }); },
        error: (message, details) => { this.logged.push({ level: 'error', message, details }); },
      },
      count: (metric) => { this.counts.push(metric); },
    };
  }

  /** Somebody who sends requests. */
  public as(caller: Caller | undefined, client = 'client'): RegistryClient {
    return new RegistryClient(this, caller, client);
  }

  /** What a version of a model can be registered with: its artifact and image are there. */
  public supplies(model: string, content = 'one'): Registration {
    const { uri: artifact, sha256: artifactSha256 } = this.s3.upload(ARTIFACT_BUCKET, model, content);
    return { artifact, artifactSha256, image: this.ecr.push(`models/${model}`, content) };
  }

  /** Registers a version and has somebody else approve it. Answers its revision. */
  public async approved(model: string, content: string, tenant = 'default'): Promise<number> {
    const { body } = await this.as(person('ann')).register(model, this.supplies(model, content), tenant);
    const revision = Number(body.revision);
    await this.as(person('bob')).approve(model, revision, tenant);
    return revision;
  }
}

/** A caller's side of the API. What it sends goes through a gateway's event to the real handler. */
export class RegistryClient {
  private readonly handle: ReturnType<typeof registryApi>;

  constructor(bench: RegistryBench, private readonly caller: Caller | undefined, client: string) {
    this.handle = registryApi(bench.world(client));
  }

  /** Any request. */
  public async send(request: GatewayRequest): Promise<Answer> {
    const event = gatewayEvent(request, this.caller);
    if (event === undefined) {
      throw new Error(`the API has no route ${request.method} ${request.target}`);
    }
    return this.handed(event);
  }

  /** Any event. */
  public async handed(event: unknown): Promise<Answer> {
    const { statusCode: status, headers, body } = await this.handle(event);
    return { status, headers, body: JSON.parse(body) };
  }

  public async post(target: string, { body, key = randomUUID() }: Wish = {}): Promise<Answer> {
    return this.send({
      method: 'POST',
      target,
      headers: { 'Content-Type': 'application/json', [REQUEST_KEY_HEADER]: key },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  public async get(target: string): Promise<Answer> {
    return this.send({ method: 'GET', target });
  }

  public async register(model: string, body: unknown, tenant = 'default', key?: string): Promise<Answer> {
    return this.post(`/tenants/${tenant}/models/${model}/versions`, { body, key });
  }

  /** Approves what the registry shows. */
  public async approve(model: string, revision: number, tenant = 'default', more: object = {}, key?: string): Promise<Answer> {
    const path = `/tenants/${tenant}/models/${model}/versions/${revision}`;
    const { body: { image, artifactSha256 } } = await this.get(path);
    return this.post(`${path}/approve`, { body: { image, artifactSha256, ...more }, key });
  }

  /** `promote`, `reject`, `revoke`, `retire`, `hold` or `unhold`. */
  public async act(verb: string, model: string, revision: number, wish: Wish = {}, tenant = 'default'): Promise<Answer> {
    return this.post(`/tenants/${tenant}/models/${model}/versions/${revision}/${verb}`, wish);
  }

  public async rollback(model: string, wish: Wish = {}, tenant = 'default'): Promise<Answer> {
    return this.post(`/tenants/${tenant}/models/${model}/rollback`, wish);
  }
}

/** The code of a problem, for assertions. */
export function codeOf({ body }: Answer): Problem['code'] | undefined {
  return body.code as Problem['code'] | undefined;
}
