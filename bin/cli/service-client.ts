import * as z from 'zod';
import { ProblemAnswer } from './answers';
import { ExitCode } from './exit-code';
import { Failure, FailureFacts } from './failure';
import { withArticle } from './find-address';
import { HttpReply, NoAnswer, retryAfterSeconds } from './http';
import { known } from './known';
import { Service } from './service';
import { HttpQuestion, SignedHttp } from './signed-http';
import { World } from './world';
import { LARGEST_BODY_BYTES, REQUEST_KEY_HEADER } from '../../lib/registry/runtime/contract';

// waits of about 0.4, 1.2 and 3.6 seconds, each with jitter, or as long as is asked for: what is busy is not helped by a crowd
const TRIES = 4;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
/** Done, made, or on its way. */
const DONE = new Set([200, 201, 202]);
/** The gateway's own: the request went no further. */
const TOO_MANY = 429;
const WORTH_TRYING_AGAIN = new Set([TOO_MANY, 500, 502, 503, 504]);
// beyond five minutes AWS refuses a signature
const CLOCK_SKEW_MS = 240_000;

/** A request to a service. */
export interface Question {
  readonly verb: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Of those that write: what they say, and the key that makes it happen once. */
  readonly body?: object;
  readonly requestKey?: string;
}

/** An answer, and whether an earlier try that nobody answered may have been done. */
interface Heard {
  readonly reply: HttpReply;
  readonly inDoubt: boolean;
}

/** An answer that was understood. */
export interface Understood<T> {
  readonly value: T;
  /** The request was done before, with the same key; this is what was answered then. */
  readonly replayed: boolean;
}

/** A service over HTTP. What writes carries a request key, so that trying again does nothing twice. */
export class ServiceClient {
  constructor(
    private readonly world: World, private readonly service: Service, private readonly http: SignedHttp,
    private readonly where: string, private readonly debug: (line: string) => void,
  ) {}

  public async ask<T>(question: Question, schema: z.ZodType<T>): Promise<Understood<T>> {
    const { requestKey } = question;
    if (requestKey === undefined) {
      return this.understood(await this.answerTo(question), question, schema);
    }
    const { underway } = this.world;
    underway.note = `interrupted: whether the ${this.service.noun} did it is unknown; repeat the command with --request-key ${requestKey}, it happens once`;
    try {
      return this.understood(await this.answerTo(question), question, schema);
    } catch (error) {
      throw error instanceof Failure ? error.with({ requestKey }) : error;
    } finally {
      underway.note = undefined;
    }
  }

  /** The first answer that is one, or the last trouble. */
  private async answerTo(question: Question): Promise<Heard> {
    const asked = httpQuestion(question, this.service);
    let inDoubt = false;
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === TRIES;
      const began = this.world.now();
      const said = (outcome: string) => `${asked.method} ${this.where}${asked.path} ${this.world.now() - began} ms ${outcome}`;
      const jitter = (0.5 + Math.random()) * FIRST_WAIT_MS * 3 ** (attempt - 1);
      let wanted = 0;
      try {
        const reply = await this.http.ask(asked);
        this.debug(said(`${reply.status} ${requestIdOf(reply) ?? ''}`));
        if (last || !WORTH_TRYING_AGAIN.has(reply.status)) {
          return { reply, inDoubt };
        }
        inDoubt ||= reply.status !== TOO_MANY;
        wanted = Math.min((retryAfterSeconds(reply.headers) ?? 0) * 1000, LONGEST_WAIT_MS);
      } catch (error) {
        if (!(error instanceof NoAnswer)) {
          throw error;
        }
        this.debug(said(error.message));
        inDoubt ||= !error.unsent;
        if (last) {
          throw this.unanswered(error, asked, inDoubt);
        }
      }
      await this.world.sleep(Math.max(wanted, jitter));
    }
  }

  private understood<T>({ reply: answer, inDoubt }: Heard, question: Question, schema: z.ZodType<T>): Understood<T> {
    const body = parsed(answer.text);
    if (DONE.has(answer.status)) {
      const read = schema.safeParse(body);
      if (read.success) {
        return { value: read.data, replayed: answer.headers.get('idempotent-replayed') === 'true' };
      }
      const [{ path, message }] = read.error.issues;
      throw this.unintelligible(answer, question, `${path.join('.') || 'the answer'}: ${message}`);
    }
    const problem = ProblemAnswer.safeParse(body);
    if (problem.success) {
      throw failureOf(problem.data, question);
    }
    throw inDoubt && question.requestKey !== undefined ? this.maybeDone(answer, body) : this.fromGateway(answer, body, question);
  }

  private unanswered(error: NoAnswer, { method }: HttpQuestion, inDoubt: boolean): Failure {
    if (method === 'GET') {
      return new Failure(ExitCode.NO_ANSWER, 'UNREACHABLE', `${this.where} cannot be reached: ${error.message}; is there a network, and is the address right?`, { cause: error });
    }
    return inDoubt
      ? new Failure(ExitCode.NO_ANSWER, 'OUTCOME_UNKNOWN', `${this.where} gave no answer: ${error.message}; it may be done: ${AGAIN}`, { cause: error })
      : new Failure(ExitCode.NO_ANSWER, 'UNREACHABLE', `${this.where} cannot be reached: ${error.message}; nothing was changed`, { cause: error });
  }

  private unintelligible(answer: HttpReply, { requestKey }: Question, why: string): Failure {
    const { status } = answer;
    const wayOut = requestKey === undefined ? `is that the URL of ${withArticle(this.service.noun)}, and mlp new enough for it?` : `it may be done: ${AGAIN}`;
    return new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD', `${this.where} gave an answer (${status}) that is not ${withArticle(this.service.noun)}'s: ${why}; ${wayOut}`, { requestId: requestIdOf(answer) });
  }

  /** An answer of API Gateway, which did not let the request through to the service, or got nothing from it. */
  private fromGateway(answer: HttpReply, body: unknown, question: Question): Failure {
    const { status } = answer;
    const said = messageOf(answer, body);
    const facts: FailureFacts = { requestId: requestIdOf(answer) };
    if (status === 401 || status === 403) {
      return new Failure(ExitCode.NOT_ALLOWED, 'NOT_ALLOWED', `not allowed to ${question.verb}: ${said}; ${this.whyNotAllowed(answer, said)}`, facts);
    }
    if (status === 404) {
      return new Failure(ExitCode.NOT_FOUND, this.service.missing, `${this.where} knows no such request: ${said}; is that the URL of ${withArticle(this.service.noun)}?`, facts);
    }
    if (status === 413) {
      return new Failure(ExitCode.REFUSED, 'TOO_LARGE', `the request is too large: ${said}`, facts);
    }
    if (!WORTH_TRYING_AGAIN.has(status)) {
      return this.unintelligible(answer, question, said);
    }
    return question.requestKey === undefined || status === TOO_MANY
      ? new Failure(ExitCode.NO_ANSWER, 'BUSY', `${this.where} does not answer (${said}); try again later`, facts)
      : this.maybeDone(answer, body);
  }

  /** Whatever the gateway says in the end: it did not ask the service, which may have done it at an earlier try. */
  private maybeDone(answer: HttpReply, body: unknown): Failure {
    return new Failure(ExitCode.NO_ANSWER, 'OUTCOME_UNKNOWN', `${this.where} gave no usable answer (${messageOf(answer, body)}); it may be done: ${AGAIN}`,
      { requestId: requestIdOf(answer) });
  }

  private whyNotAllowed({ headers }: HttpReply, said: string): string {
    const date = headers.get('date');
    const skew = date === null ? 0 : this.world.now() - Date.parse(date);
    if (Math.abs(skew) > CLOCK_SKEW_MS) {
      return `this machine's clock is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'fast' : 'slow'}; set it`;
    }
    if (/region/i.test(said)) {
      return `the signature is for another Region than the ${this.service.noun}'s; name the right one (--region)`;
    }
    return /token|credential|signature/i.test(said)
      ? 'log in again (such as aws sso login), or name another profile (--profile)'
      : `ask the owner of the ${this.service.noun} for the grant; credentials of another account or Region get this answer too`;
  }
}

const AGAIN = 'repeat the command with the same request key, it happens once';

/** What a refusal means to the shell; what is not here was refused by a rule. */
const EXIT_OF: Readonly<Record<string, ExitCode>> = {
  NOT_FOUND: ExitCode.NOT_FOUND,
  CONFLICT: ExitCode.CONFLICT,
  STALE_REV: ExitCode.CONFLICT,
  STALE_STEP: ExitCode.CONFLICT,
  NOTHING_LIVE: ExitCode.NOT_FOUND,
  REQUEST_KEY_REUSED: ExitCode.CONFLICT,
  UNKNOWN_ACTOR: ExitCode.NOT_ALLOWED,
  BUSY: ExitCode.NO_ANSWER,
  INTERNAL: ExitCode.NO_ANSWER,
};

function failureOf({ code, detail, requestId, rev }: z.output<typeof ProblemAnswer>, { requestKey }: Question): Failure {
  const exitCode = (Object.hasOwn(EXIT_OF, code) ? EXIT_OF[code] : undefined) ?? ExitCode.REFUSED;
  const unknown = exitCode === ExitCode.NO_ANSWER && requestKey !== undefined;
  return new Failure(exitCode, code, unknown ? `${detail}; ${AGAIN}` : detail, { requestId, rev });
}

function httpQuestion({ verb, params, query = {}, body, requestKey }: Question, { routes, noun }: Service): HttpQuestion {
  const { method, path } = routes.find((route) => route.verb === verb)!;
  const text = body === undefined ? undefined : JSON.stringify(body);
  if (text !== undefined && Buffer.byteLength(text) > LARGEST_BODY_BYTES) {
    throw new Failure(ExitCode.USAGE, 'TOO_LARGE', `the request has ${Buffer.byteLength(text)} bytes, and the ${noun} takes at most ${LARGEST_BODY_BYTES}; say less`);
  }
  return {
    method,
    path: path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name]))),
    query: Object.fromEntries(Object.entries(known(query)).map(([name, value]) => [name, String(value)])),
    headers: {
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...(requestKey === undefined ? {} : { [REQUEST_KEY_HEADER]: requestKey }),
    },
    body: text,
  };
}

function messageOf({ status }: HttpReply, body: unknown): string {
  return z.object({ message: z.string() }).safeParse(body).data?.message ?? `status ${status}`;
}

function requestIdOf({ headers }: HttpReply): string | undefined {
  return headers.get('apigw-requestid') ?? undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
