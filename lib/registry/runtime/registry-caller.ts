import * as z from 'zod';
import { PROBLEM_STATUS, ProblemCode, REQUEST_KEY_HEADER } from './contract';
import { Credentials, signedHeaders } from './signed-request';
import { requireEnv } from '../../core/runtime/environment';

/** What a registry answered: a view, or why there is none. Errors are values here, because a caller acts on most of them. */
export type RegistryAnswer<T> =
  | { readonly ok: true; readonly view: T }
  | {
    readonly ok: false;
    /** `UNREACHABLE`: no answer that makes sense came, and whether the request was done is unknown. */
    readonly code: ProblemCode | 'FORBIDDEN' | 'UNREACHABLE';
    readonly detail: string;
  };

/** A request to a registry. With a request key it writes, and the same key makes it happen once. */
export interface RegistryQuestion<T> {
  /** Of the registry, as its address says. */
  readonly url: string;
  /** Below it, with the tenant first. */
  readonly path: string;
  readonly requestKey?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What the answer must be like. */
  readonly view: z.ZodType<T>;
}

export interface RegistryCaller {
  ask<T>(question: RegistryQuestion<T>): Promise<RegistryAnswer<T>>;
}

/** What calling needs of the world. */
export interface CallerWorld {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** At least 0, below 1. */
  readonly random: () => number;
}

const ATTEMPTS = 4;
const ATTEMPT_MS = 4000;
const FIRST_PAUSE_MS = 200;

const Code = z.custom<ProblemCode>((code) => typeof code === 'string' && Object.hasOwn(PROBLEM_STATUS, code));
const Problem = z.object({ code: Code, detail: z.string() });

/** A registry over its HTTP API, signed with the credentials that Lambda puts into the environment. */
export function registryCaller(world: CallerWorld): RegistryCaller {
  return {
    async ask(question) {
      for (let attempt = 1; ; attempt++) {
        const answer = await askOnce(question, world);
        const passes = !answer.ok && (answer.code === 'BUSY' || answer.code === 'INTERNAL' || answer.code === 'UNREACHABLE');
        if (!passes || attempt === ATTEMPTS) {
          return answer;
        }
        await world.sleep(world.random() * FIRST_PAUSE_MS * 2 ** attempt);
      }
    },
  };
}

async function askOnce<T>(question: RegistryQuestion<T>, world: CallerWorld): Promise<RegistryAnswer<T>> {
  try {
    const signed = signedRequest(question, new Date(world.now()));
    const response = await fetch(signed.url, { ...signed.init, signal: AbortSignal.timeout(ATTEMPT_MS) });
    return answerOf(question.view, response.status, await response.text());
  } catch (error) {
    return { ok: false, code: 'UNREACHABLE', detail: `no answer from the registry: ${error instanceof Error ? error.name : 'unknown'}` };
  }
}

function answerOf<T>(view: z.ZodType<T>, status: number, text: string): RegistryAnswer<T> {
  const json = parsed(text);
  if (status >= 200 && status < 300) {
    const result = view.safeParse(json);
    return result.success ? { ok: true, view: result.data }
      : { ok: false, code: 'UNREACHABLE', detail: 'the registry answered with something that is not a view of it' };
  }
  const problem = Problem.safeParse(json);
  if (problem.success) {
    return { ok: false, code: problem.data.code, detail: problem.data.detail };
  }
  return status === 403
    ? { ok: false, code: 'FORBIDDEN', detail: 'IAM lets this function not in to the registry' }
    : { ok: false, code: 'UNREACHABLE', detail: `the registry answered with status ${status}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signedRequest<T>({ url, path, requestKey, body }: RegistryQuestion<T>, now: Date) {
  const target = new URL(`${url.replace(/\/+$/, '')}${path}`);
  const text = requestKey === undefined ? undefined : JSON.stringify(body ?? {});
  const method = requestKey === undefined ? 'GET' : 'POST';
  const headers: Record<string, string> = requestKey === undefined ? {}
    : { 'content-type': 'application/json', [REQUEST_KEY_HEADER]: requestKey };
  const region = requireEnv('AWS_REGION');
  const signed = signedHeaders({ method, region, url: target, headers, body: text ?? '' }, credentials(), now);
  return { url: target.href, init: { method, headers: signed, ...(text === undefined ? {} : { body: text }) } };
}

/** Read for each request: Lambda may have changed them since. */
function credentials(): Credentials {
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
