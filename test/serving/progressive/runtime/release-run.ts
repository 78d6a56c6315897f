import { ALICE } from './releases';
import { SimulatedAccount } from './simulated-account';
import { Step, WriterTask } from '../../../../lib/serving/progressive/runtime/contract';
import { releaseClerk } from '../../../../lib/serving/progressive/runtime/release-clerk';
import { releaseDesk } from '../../../../lib/serving/progressive/runtime/release-desk';
import { releaseJudge } from '../../../../lib/serving/progressive/runtime/release-judge';
import { Actor } from '../../../../lib/serving/progressive/runtime/release-state';
import { releaseWriter } from '../../../../lib/serving/progressive/runtime/release-writer';

let requests = 0;

/** A request of a person, as API Gateway hands it to a handler. */
export function gateway(method: 'GET' | 'POST', path: string, route: string, { body, actor = ALICE, key, query }: {
  body?: object; actor?: Actor; key?: string; query?: Record<string, string>;
} = {}): object {
  const endpoint = /\/endpoints\/([^/]+)/.exec(path)?.[1];
  return {
    routeKey: `${method} ${route}`,
    rawPath: path,
    headers: method === 'GET' ? {} : { 'idempotency-key': key ?? `key-${requests += 1}` },
    ...(endpoint === undefined ? {} : { pathParameters: { endpoint } }),
    ...(query === undefined ? {} : { queryStringParameters: query }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    requestContext: {
      requestId: `request-${requests += 1}`,
      accountId: '111122223333',
      stage: '$default',
      http: { method },
      authorizer: { iam: { accountId: '111122223333', userArn: actor.arn, userId: actor.person.replace('user:', '') } },
    },
  };
}

/** What a person asks the desk; the body of the answer beside its status. */
export async function ask(
  account: SimulatedAccount, verb: 'start' | 'rollback' | 'abort' | 'allow' | 'status' | 'history', own: Parameters<typeof gateway>[3] = {},
): Promise<{ status: number; view: Record<string, never> & { [name: string]: unknown } }> {
  const [method, last] = ({
    start: ['POST', 'releases'],
    rollback: ['POST', 'rollback'],
    abort: ['POST', 'abort'],
    allow: ['POST', 'allow'],
    status: ['GET', 'release'],
    history: ['GET', 'history'],
  } as const)[verb];
  const { statusCode, body } = await releaseDesk(account.world('desk'))(gateway(method, `/endpoints/fraud/${last}`, `/endpoints/{endpoint}/${last}`, own));
  return { status: statusCode, view: JSON.parse(body) as never };
}

/** Both state machines, as the contract describes them; what a task throws ends in Restore, and then in Halt. */
export class Execution {
  public readonly steps: string[] = [];
  public last: Step;
  private readonly begun: number;
  private doing: WriterTask['do'] = 'install';

  /** `between`: what happens before each step. */
  constructor(
    private readonly account: SimulatedAccount, releaseId: string,
    private readonly between: (step: Step) => Promise<void> = () => Promise.resolve(),
  ) {
    this.last = { next: 'NOTHING', waitSeconds: 0, stage: 0, part: 0, endpoint: 'fraud', releaseId };
    this.begun = account.now;
  }

  public async run(): Promise<Step> {
    await this.task('begin');
    for (let turns = 0; this.last.next !== 'NOTHING'; turns++) {
      if (turns > 500) {
        throw new Error(`the release does not end: ${this.steps.slice(-10).join(' ')}`);
      }
      await this.between(this.last);
      await this.turn();
    }
    return this.last;
  }

  private async turn(): Promise<void> {
    const { next, waitSeconds } = this.last;
    if (next === 'WAIT' || next === 'BAKE') {
      this.account.now += waitSeconds * 1000;
    }
    switch (next) {
      case 'BAKE':
        return this.task('judge');
      case 'CLOSE':
        return this.task('close');
      case 'WAIT':
        return this.task(this.doing);
      default:
        this.doing = ({ INSTALL: 'install', STAGE: 'shift', FINISH: 'finish', RESTORE: 'restore', TIDY: 'tidy', NOTHING: 'install' } as const)[next];
        return this.task(this.doing);
    }
  }

  private async task(name: 'begin' | 'close' | 'judge' | WriterTask['do']): Promise<void> {
    const task = { do: name, endpoint: 'fraud', releaseId: this.last.releaseId, at: new Date(this.account.now).toISOString() };
    for (let tries = 1; ; tries++) {
      try {
        this.last = await this.call(task);
        this.steps.push(`${name}:${this.last.next}`);
        return;
      } catch (error) {
        this.steps.push(`${name}!${(error as Error).name}`);
        this.account.now += 10_000;
        if (tries < 4) {
          continue;
        }
        if (name === 'restore' || name === 'close') {
          this.last = await releaseClerk({ ...task, do: 'halt' }, `r-${requests += 1}`, this.account.world('clerk'));
        } else {
          this.last = { ...this.last, next: 'RESTORE' };
        }
        return;
      }
    }
  }

  private call(task: { do: 'begin' | 'close' | 'judge' | WriterTask['do']; endpoint: string; releaseId: string; at: string }): Promise<Step> {
    const requestId = `r-${requests += 1}`;
    switch (task.do) {
      case 'begin':
      case 'close':
        return releaseClerk({ ...task, do: task.do }, requestId, this.account.world('clerk'));
      case 'judge':
        return releaseJudge({ ...task, do: 'judge', since: new Date(this.begun).toISOString() }, requestId, this.account.world('judge'));
      default:
        return releaseWriter({ ...task, do: task.do }, requestId, this.account.world('writer')) as Promise<Step>;
    }
  }
}
