import { Answered, Arrived, Reply, WebServer } from './web-server';
import { ProblemCode, TransitionView, VersionView } from '../../../lib/registry/runtime/contract';

/** What a request said. */
export interface Asked {
  readonly line: string;
  readonly key?: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** A server that answers what a test tells it to: for what the real handlers never do. */
export class StubRegistry {
  public static async start(): Promise<StubRegistry> {
    const replies: Reply[] = [];
    const asked: Asked[] = [];
    const server = await WebServer.start((request) => {
      asked.push(heard(request));
      return replies.length > 1 ? replies.shift()! : replies[0] ?? { status: 404, body: '{"message":"Not Found"}' };
    });
    return new StubRegistry(server, replies, asked);
  }

  private constructor(private readonly server: WebServer, private readonly replies: Reply[], public readonly asked: Asked[]) {}

  /** Where it is, and who asks: what each command line begins with. */
  public get flags(): string[] {
    return ['--url', this.server.url, '--region', 'eu-west-1'];
  }

  public get url(): string {
    return this.server.url;
  }

  /** Answers so, one after the other, and the last one again and again. */
  public willAnswer(...replies: Reply[]): void {
    this.asked.length = 0;
    this.replies.splice(0, this.replies.length, ...replies);
  }

  public async stop(): Promise<void> {
    await this.server.stop();
  }
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answered {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function problem(status: number, code: ProblemCode, detail: string, more: object = {}): Answered {
  return json({ status, code, detail, requestId: 'request-1', ...more }, status);
}

export const DONE: TransitionView = { model: 'fraud', revision: 3, rev: 8, production: 3, previous: 2, auditSequence: 8 };

export const IMAGE = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/scorer@sha256:${'a'.repeat(64)}`;

export function version(more: Partial<VersionView> = {}): VersionView {
  return {
    revision: 3,
    state: 'Pending',
    artifact: `s3://artifacts/fraud/${'b'.repeat(64)}/model.tar.gz`,
    artifactSha256: 'b'.repeat(64),
    image: IMAGE,
    registrant: 'arn:aws:iam::111122223333:role/Trainer',
    registeredAt: '2026-11-20T08:00:00.000Z',
    ...more,
  };
}

function heard({ method, url, headers, body }: Arrived): Asked {
  const key = headers['idempotency-key'];
  return {
    line: `${method} ${url.pathname}${url.search}`,
    key: typeof key === 'string' ? key : undefined,
    authorization: headers.authorization ?? '',
    body: body.length === 0 ? undefined : JSON.parse(body.toString('utf8')) as unknown,
  };
}
