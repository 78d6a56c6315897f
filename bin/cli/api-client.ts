import * as z from 'zod';
import { ProblemAnswer } from './answers';
import { ExitCode } from './exit-code';
import { Failure, FailureFacts } from './failure';
import { known } from './known';
import { Service } from './service';
import { HttpAnswer, HttpQuestion, NoAnswer, SignedHttp } from './signed-http';
import { World } from './world';
import { LARGEST_BODY_BYTES, REQUEST_KEY_HEADER } from '../../lib/registry/runtime/contract';

// waits of about 0.4, 1.2 and 3.6 seconds, each with jitter: a registry that is busy is not helped by a crowd
const TRIES = 4;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const WORTH_TRYING_AGAIN = new Set([429, 500, 502, 503, 504]);
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

/** An answer that was understood. */
export interface Understood<T> {
  readonly value: T;
  /** The request was done before, with the same key; this is what was answered then. */
  readonly replayed: boolean;
}

/** A service over HTTP. What writes carries a request key, so that trying again does nothing twice. */
export class ApiClient {
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
    underway.note = `interrupted: whether ${this.service.the} did it is unknown; repeat the command with --request-key ${requestKey}, it happens once`;
    try {
      return this.understood(await this.answerTo(question), question, schema);
    } catch (error) {
      throw error instanceof Failure ? error.with({ requestKey }) : error;
    } finally {
      underway.note = undefined;
    }
  }

  /** The first answer that is one, or the last trouble. */
  private async answerTo(question: Question): Promise<HttpAnswer> {
    const asked = httpQuestion(question, this.service);
    let sent = false;
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === TRIES;
      const began = this.world.now();
      const said = (outcome: string) => `${asked.method} ${this.where}${asked.path} ${this.world.now() - began} ms ${outcome}`;
      let wait = FIRST_WAIT_MS * 3 ** (attempt - 1);
      try {
        const answer = await this.http.ask(asked);
        this.debug(said(`${answer.status} ${answer.requestId ?? ''}`));
        if (last || !WORTH_TRYING_AGAIN.has(answer.status)) {
          return answer;
        }
        sent = true;
        wait = Math.min(answer.retryAfterMs ?? wait, LONGEST_WAIT_MS);
      } catch (error) {
        if (!(error instanceof NoAnswer)) {
          throw error;
        }
        this.debug(said(error.message));
        sent ||= !error.unsent;
        if (last) {
          throw this.unanswered(error, asked, sent);
        }
      }
      await this.world.sleep(wait / 2 + Math.random() * wait);
    }
  }

  private understood<T>(answer: HttpAnswer, question: Question, schema: z.ZodType<T>): Understood<T> {
    const body = parsed(answer.text);
    if (answer.status === 200 || answer.status === 201) {
      const read = schema.safeParse(body);
      if (read.success) {
        return { value: read.data, replayed: answer.replayed };
      }
      const [{ path, message }] = read.error.issues;
      throw this.unintelligible(answer, question, `${path.join('.') || 'the answer'}: ${message}`);
    }
    const problem = ProblemAnswer.safeParse(body);
    throw problem.success ? failureOf(problem.data, question) : this.fromGateway(answer, body, question);
  }

  private unanswered(error: NoAnswer, { method }: HttpQuestion, sent: boolean): Failure {
    return sent && method === 'POST'
      ? new Failure(ExitCode.NO_ANSWER, 'OUTCOME_UNKNOWN', `${this.where} gave no answer: ${error.message}; it may be done: ${AGAIN}`, { cause: error })
      : new Failure(ExitCode.NO_ANSWER, 'UNREACHABLE', `${this.where} cannot be reached: ${error.message}; nothing was changed`, { cause: error });
  }

  private unintelligible({ status, requestId }: HttpAnswer, { requestKey }: Question, why: string): Failure {
    const wayOut = requestKey === undefined ? `is that the URL of ${this.service.a}, and mlp new enough for it?` : `it may be done: ${AGAIN}`;
    return new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD', `${this.where} gave an answer (${status}) that is not ${this.service.a}'s: ${why}; ${wayOut}`, { requestId });
  }

  /** An answer of API Gateway, which did not let the request through to the registry, or got nothing from it. */
  private fromGateway(answer: HttpAnswer, body: unknown, question: Question): Failure {
    const { status, requestId } = answer;
    const said = z.object({ message: z.string() }).safeParse(body).data?.message ?? `status ${status}`;
    const facts: FailureFacts = { requestId };
    if (status === 401 || status === 403) {
      return new Failure(ExitCode.NOT_ALLOWED, 'NOT_ALLOWED', `not allowed to ${question.verb}: ${said}; ${this.whyNotAllowed(answer, said)}`, facts);
    }
    if (status === 404) {
      return new Failure(ExitCode.NOT_FOUND, this.service.missing, `${this.where} knows no such request: ${said}; is that the URL of ${this.service.a}?`, facts);
    }
    if (status === 413) {
      return new Failure(ExitCode.REFUSED, 'TOO_LARGE', `the request is too large: ${said}`, facts);
    }
    if (!WORTH_TRYING_AGAIN.has(status)) {
      return this.unintelligible(answer, question, said);
    }
    return question.requestKey === undefined || status === 429
      ? new Failure(ExitCode.NO_ANSWER, 'BUSY', `${this.where} does not answer (${said}); try again later`, facts)
      : new Failure(ExitCode.NO_ANSWER, 'OUTCOME_UNKNOWN', `${this.where} gave no usable answer (${said}); it may be done: ${AGAIN}`, facts);
  }

  private whyNotAllowed({ date }: HttpAnswer, said: string): string {
    const skew = date === undefined ? 0 : this.world.now() - Date.parse(date);
    if (Math.abs(skew) > CLOCK_SKEW_MS) {
      return `this machine's clock is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'fast' : 'slow'}; set it`;
    }
    if (/region/i.test(said)) {
      return `the signature is for another Region than ${this.service.the}'s; name the right one (--region)`;
    }
    return /token|credential|signature/i.test(said)
      ? 'log in again (such as aws sso login), or name another profile (--profile)'
      : `ask the owner of ${this.service.the} for the grant; credentials of another account or Region get this answer too`;
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

function httpQuestion({ verb, params, query = {}, body, requestKey }: Question, { routes, the }: Service): HttpQuestion {
  const { method, path } = routes.find((route) => route.verb === verb)!;
  const text = body === undefined ? undefined : JSON.stringify(body);
  if (text !== undefined && Buffer.byteLength(text) > LARGEST_BODY_BYTES) {
    throw new Failure(ExitCode.USAGE, 'TOO_LARGE', `the request has ${Buffer.byteLength(text)} bytes, and ${the} takes at most ${LARGEST_BODY_BYTES}; say less`);
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
