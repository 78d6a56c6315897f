import { randomUUID } from 'node:crypto';
import { BundleProcess } from './bundle-process';
import { Moto, Row } from './moto';
import {
  API_BUNDLE, ENV_ARTIFACT_BUCKET, ENV_AUDIT_TABLE, ENV_ENVIRONMENT, ENV_REGISTRY_TABLE, ENV_RUNBOOK, ENV_TRUSTED_SESSION_ROLES,
  Registration,
} from '../../../lib/registry/runtime/contract';
import { HttpAnswer } from '../../../lib/registry/runtime/http-answer';
import { Caller, person, TRUSTED_ROLE } from '../../registry/support/callers';
import { Answer, RegistryBench, RegistryClient } from '../../registry/support/registry-bench';

/** A registry on moto: tables, bucket and repository as a stack makes them, and the bundle that ships. */
export class EmulatedRegistry {
  public static async start(): Promise<EmulatedRegistry> {
    const registry = new EmulatedRegistry();
    const { moto, registryTable, auditTable, artifactBucket, repository } = registry;
    await Promise.all([
      ...[registryTable, auditTable].map(async (table) => moto.createTable(table)),
      moto.createBucket(artifactBucket),
      moto.createRepository(repository),
    ]);
    registry.processes.push(await BundleProcess.start(API_BUNDLE, registry.environment));
    return registry;
  }

  public readonly moto = new Moto();
  private readonly name = randomUUID().slice(0, 8);
  public readonly registryTable = `registry-${this.name}`;
  public readonly auditTable = `audit-${this.name}`;
  public readonly artifactBucket = `artifacts-${this.name}`;
  public readonly repository = `models-${this.name}`;
  /** What the construct writes into the environment of a handler of the registry. */
  public readonly environment: Readonly<Record<string, string>> = {
    [ENV_REGISTRY_TABLE]: this.registryTable,
    [ENV_AUDIT_TABLE]: this.auditTable,
    [ENV_ARTIFACT_BUCKET]: this.artifactBucket,
    [ENV_ENVIRONMENT]: 'emulated',
    [ENV_TRUSTED_SESSION_ROLES]: JSON.stringify([TRUSTED_ROLE]),
    [ENV_RUNBOOK]: 'Read docs/runbook.md.',
  };
  private readonly processes: BundleProcess[] = [];

  private constructor() {}

  /** Somebody who sends requests; `place` says to which process, and they are as many as were started. */
  public as(caller: Caller, place = 0): RegistryClient {
    return new EmulatedClient(this.processes[place % this.processes.length], caller);
  }

  /** As Lambda does when requests come at once. */
  public async startMore(count: number): Promise<void> {
    const start = async () => BundleProcess.another(API_BUNDLE, this.environment);
    this.processes.push(...await Promise.all(Array.from({ length: count }, start)));
  }

  /** What the API wrote to its log. */
  public get lines(): Readonly<Record<string, unknown>>[] {
    return this.processes.flatMap(({ lines }) => lines);
  }

  /** What a version of a model can be registered with. */
  public async supplies(model: string, content: string): Promise<Registration> {
    const artifact = await this.moto.upload(this.artifactBucket, model, content);
    return { ...artifact, image: await this.moto.push(this.repository, `${model} ${content}`) };
  }

  /** Registers a version. Answers its revision. */
  public async registered(model: string, content: string): Promise<number> {
    const answer = await this.as(person('ann')).register(model, await this.supplies(model, content));
    return Number(succeeded(answer).body.revision);
  }

  /** Registers a version and has somebody else approve it. Answers its revision. */
  public async approved(model: string, content: string): Promise<number> {
    const revision = await this.registered(model, content);
    succeeded(await this.as(person('bob')).approve(model, revision));
    return revision;
  }

  /** The audit rows of a model, in the order of their keys. */
  public async audits(model: string): Promise<Row[]> {
    const rows = await this.moto.rows(this.auditTable);
    return rows.filter((row) => row.pk === `TENANT#default#MODEL#${model}`);
  }

  public async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.stop()));
  }
}

/** The answer, if it is a good one. */
export function succeeded(answer: Answer): Answer {
  if (answer.status >= 300) {
    throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer;
}

/** A client whose requests go to a bundle; the bench that it is made with takes part in nothing. */
class EmulatedClient extends RegistryClient {
  constructor(private readonly bundle: BundleProcess, caller: Caller) {
    super(new RegistryBench(), caller, 'emulated');
  }

  public override async handed(event: unknown): Promise<Answer> {
    const { statusCode: status, headers, body } = await this.bundle.handle(event) as HttpAnswer;
    return { status, headers, body: JSON.parse(body) };
  }
}
