import { aws_apigateway as apigateway, aws_s3 as s3, Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { durationIn } from './durations';
import { featureSchema } from './feature-schema';
import { checkSchema } from './request-schema';
import { AsynchronousRoute, RealTimeRoute } from './route-kinds';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { BUCKET, needed } from '../core/kinds';
import { checkName } from '../core/names';
import { ownProps } from '../core/own-props';
import { IModelEndpoint } from '../serving';
import { MODEL_ENDPOINT } from '../serving/serving-kinds';

const JSON_TYPE = 'application/json';
/** What survives the gateway: it treats every body as UTF-8 text unless told otherwise. */
const TEXT_TYPE = /^(?:text\/[a-z0-9.-]+|application\/(?:json|jsonlines|x-ndjson|xml|[a-z0-9.-]+\+(?:json|xml)))$/;
/** What stays in files, which no gateway reads. */
const ANY_TYPE = /^[a-z]+\/[a-z0-9.+-]+$/;
const TEXT_ONLY = {
  rule: 'the literal media type of a text', wayOut: 'send binary data as base64 in JSON, or by ApiEndpoint.asynchronous',
};
const ANY = { rule: 'a media type', wayOut: 'write application/json' };
const LONGEST_TYPE = 100;
const MOST_TYPES = 10;

/** How callers reach a real-time endpoint. */
export interface RealTimeOptions {
  /**
   * The name in the path, `/models/<routeName>/invocations`: 2 to 63 characters of a-z, 0-9 and -. Changing it changes the
   * address that callers use.
   * @default - the endpoint's name
   */
  readonly routeName?: string;
  /**
   * What a body must look like, as JSON schema draft 4. The gateway refuses other bodies with 400 before the model sees
   * them. Only for JSON: an endpoint with a schema takes no other content type. `ApiEndpoint.featureSchema` reads that of a
   * version.
   * @default - every body goes to the model
   */
  readonly schema?: apigateway.JsonSchema;
  /**
   * The content types that the route takes, 1 to 10; others are refused with 415. Text only: the gateway would mangle binary
   * bodies.
   * @default ['application/json']
   */
  readonly contentTypes?: string[];
  /**
   * What the model is asked to answer in; what the caller puts into `Accept` is not passed on.
   * @default 'application/json'
   */
  readonly accept?: string;
  /**
   * How long the gateway waits for the model: 50 milliseconds to 29 seconds.
   * @default Duration.seconds(29)
   */
  readonly timeout?: Duration;
}

/** How callers reach an asynchronous endpoint. */
export interface AsynchronousOptions {
  /**
   * Where callers put their inputs. A request names a key below `inputPrefix` in this bucket; no other place can be reached.
   * The endpoint's execution role must read it.
   */
  readonly inputs: s3.IBucket;
  /**
   * The folder of the inputs: segments of letters, digits, `_`, `.` and `-`, with a slash at the end.
   * @default 'requests/'
   */
  readonly inputPrefix?: string;
  /**
   * The name in the path, `/models/<routeName>/invocations`.
   * @default - the endpoint's name
   */
  readonly routeName?: string;
  /**
   * The content type of the inputs, as the model is told.
   * @default 'application/json'
   */
  readonly contentType?: string;
  /**
   * What the model is asked to answer in.
   * @default 'application/json'
   */
  readonly accept?: string;
}

/** One endpoint behind an API, and how it is called. */
export class ApiEndpoint {
  /** An endpoint that answers at once, guarded or progressive. */
  public static realTime(endpoint: IModelEndpoint, options: RealTimeOptions = {}): ApiEndpoint {
    new Checks().kinds({ endpoint }, { endpoint: needed(MODEL_ENDPOINT) }).settle();
    const own = ownProps(options);
    const { routeName, schema, contentTypes = [JSON_TYPE], accept = JSON_TYPE, timeout = Duration.seconds(29) } = own;
    const checks = new Checks();
    checkTypes(checks, contentTypes);
    const types = Array.isArray(contentTypes) ? [...contentTypes] : [];
    checks.that('TextType', { accept }, (known) => typeProblem('accept', known.accept, TEXT_TYPE, TEXT_ONLY));
    checks.number('IntegrationTimeout', 'timeout', durationIn('millis', 'timeout', timeout), {
      min: 50, max: 29_000, whole: true, unit: 'milliseconds', hint: 'use ApiEndpoint.asynchronous for work that takes longer',
    });
    const judged = checkSchema(checks, schema, types);
    const route = { kind: 'real-time', contentTypes: types, accept, timeout, schema: judged } as const;
    return new ApiEndpoint(checks, endpoint, route, routeName);
  }

  /**
   * The feature schema of a version, for `schema`: a JSON schema (draft 4) in a file, when it is the one that the version was
   * registered with. So an API cannot judge bodies by the schema of another version than the one that serves.
   *
   * @param path the file, as the app sees it.
   * @param sha256 of the file's bytes: `featureSchemaHash` in the lineage of the version, 64 lower-case hex digits.
   */
  public static featureSchema(path: string, sha256: string): apigateway.JsonSchema {
    return featureSchema(path, sha256);
  }

  /** An endpoint that takes a reference to its input, and leaves its answer in a bucket. */
  public static asynchronous(endpoint: IModelEndpoint, options: AsynchronousOptions): ApiEndpoint {
    const { routeName, inputs, inputPrefix = 'requests/', contentType = JSON_TYPE, accept = JSON_TYPE } = ownProps(options);
    new Checks().kinds({ endpoint, inputs }, { endpoint: needed(MODEL_ENDPOINT), inputs: needed(BUCKET) }).settle();
    const checks = new Checks();
    checks.that('MediaType', { contentType }, (known) => typeProblem('contentType', known.contentType, ANY_TYPE, ANY));
    checks.that('MediaType', { accept }, (known) => typeProblem('accept', known.accept, ANY_TYPE, ANY));
    checks.that('InputPrefix', { inputPrefix }, (known) => inputPrefixProblem(known.inputPrefix));
    return new ApiEndpoint(checks, endpoint, { kind: 'asynchronous', inputs, inputPrefix, contentType, accept }, routeName);
  }

  /** The name in the path, and in scopes. */
  public readonly routeName: string;

  private constructor(
    private readonly checks: Checks,
    /** What is invoked. */
    public readonly endpoint: IModelEndpoint,
    /** @internal */
    public readonly _route: RealTimeRoute | AsynchronousRoute,
    routeName?: string,
  ) {
    this.routeName = routeName ?? endpoint.endpointName;
    if (Token.isUnresolved(this.routeName)) {
      checks.report('RouteNameNeedsText', '`routeName` must be literal, because paths and scopes are made from it: got a token; '
        + 'write a name for the route');
    } else {
      checkName(checks, 'endpointName', 'routeName', this.routeName);
    }
    checks.settle();
  }

  /** @internal */
  public _settle(scope: Construct): void {
    this.checks.settle(scope);
  }
}

function checkTypes(checks: Checks, types: readonly string[]): void {
  checks.report('ContentTypeCount', Array.isArray(types) && types.length >= 1 && types.length <= MOST_TYPES
    && new Set(types).size === types.length ? undefined
    : `\`contentTypes\` must name 1 to ${MOST_TYPES} types, each once: got ${Array.isArray(types) ? types.length : shown(types)}`);
  for (const type of Array.isArray(types) ? types : []) {
    checks.report('TextType', typeProblem('contentTypes', type, TEXT_TYPE, TEXT_ONLY));
  }
}

/** A type becomes part of a template or a header, so nothing but the letters of a media type may stand in it. */
function typeProblem(prop: string, type: unknown, pattern: RegExp, { rule, wayOut }: typeof ANY): string | undefined {
  const fits = typeof type === 'string' && type.length <= LONGEST_TYPE && pattern.test(type);
  return fits ? undefined : `\`${prop}\` must be ${rule}, in lower case and without parameters: got ${shown(type)}; ${wayOut}`;
}

function inputPrefixProblem(prefix: string): string | undefined {
  const fits = typeof prefix === 'string' && prefix.length <= 256 && /^(?:[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\/)+$/.test(prefix);
  return fits ? undefined : '`inputPrefix` must be a folder of letters, digits, _, . and -, with a slash at the end: '
    + `got ${shown(prefix)}; write requests/`;
}
