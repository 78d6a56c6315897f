import { createHash } from 'node:crypto';
import { aws_apigateway as apigateway, CfnResource, IResolveContext, Lazy, Stack, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import { Dependable, IConstruct, IDependable } from 'constructs';
import { given, rendered } from '../serving/rendered-resource';

/** What a deployment is a copy of; a stage, a plan or a domain is none of it. */
const AUTHORIZER = 'AWS::ApiGateway::Authorizer';
const DEPLOYED = new Set([AUTHORIZER, ...['RestApi', 'Resource', 'Method', 'Model', 'RequestValidator', 'GatewayResponse']
  .map((name) => `AWS::ApiGateway::${name}`)]);

/** What a deployment of routes is made from. */
export interface RouteDeploymentProps extends apigateway.DeploymentProps {
  readonly api: apigateway.RestApi;
  /** Where authorizers and whatever else belongs to the API are found. */
  readonly within: IConstruct;
}

/**
 * A deployment that is another one as soon as anything that it would deploy is another: a deployment is a copy, and the stage
 * would go on serving the old routes. Its logical id has the digest of every route, method, model and reply of the API, with
 * what overrides say.
 *
 * CDK's own deployment takes the digest anew each time when it is asked for its id, seven times in a synth, and does not see
 * overrides. This one takes it once.
 */
export class RouteDeployment extends apigateway.Deployment {
  private readonly said: unknown[] = [];

  constructor(scope: IConstruct, id: string, { within, ...props }: RouteDeploymentProps) {
    super(scope, id, props);
    const resource = this.node.defaultChild as apigateway.CfnDeployment;
    const first = Stack.of(this).getLogicalId(resource);
    const { defaultChild } = props.api.node;
    this.node.addDependency(dependableOn(() => deployedIn(within, props.api).filter((each) => each !== defaultChild)));
    let known: string | undefined;
    resource.overrideLogicalId(Lazy.uncachedString({
      produce: ({ preparing }: IResolveContext) => {
        if (preparing) { // a synth begins: references are not what they will be, and nobody reads the id
          known = undefined;
          return first;
        }
        known ??= first + this.digestOf(within, deployedIn(within, props.api));
        return known;
      },
    }));
  }

  /** What else makes it another deployment. */
  public override addToLogicalId(data: unknown): void {
    this.said.push(data);
  }

  private digestOf(within: IConstruct, resources: readonly CfnResource[]): string {
    const words = new Words(Stack.of(this));
    const texts = resources.map((resource) => {
      const { properties, overrides } = given(resource) ?? { properties: rendered(resource), overrides: {} };
      return `${resource.node.path.slice(within.node.path.length)} ${words.of(properties)} ${words.of(overrides)}\n`;
    });
    const hash = createHash('sha256');
    [...texts.sort(), words.of(this.said)].forEach((text) => { hash.update(text); });
    return hash.digest('hex').slice(0, 32);
  }
}

/** Waits for what there is when the synth begins, whoever added it and when. */
function dependableOn(resources: () => CfnResource[]): IDependable {
  const everything = {};
  Dependable.implement(everything, { get dependencyRoots() { return resources(); } });
  return everything;
}

/** Resources of one API: what is in it, and the authorizers beside it. */
function deployedIn(within: IConstruct, api: apigateway.RestApi): CfnResource[] {
  const beside = within.node.children.filter((child) => child !== api);
  return [
    ...resourcesIn(api).filter(({ cfnResourceType: type }) => DEPLOYED.has(type)),
    ...beside.flatMap(resourcesIn).filter(({ cfnResourceType: type }) => type === AUTHORIZER),
  ];
}

function resourcesIn(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter((each) => CfnResource.isCfnResource(each));
}

/** Values as text. Only tokens are resolved, and what many methods share is written once. */
class Words {
  private readonly written = new Map<unknown, string>();

  constructor(private readonly stack: Stack) {}

  public of(value: unknown): string {
    const isToken = Token.isUnresolved(value);
    if (!isToken && (typeof value !== 'object' || value === null)) {
      return JSON.stringify(value) ?? 'undefined';
    }
    const known = this.written.get(value);
    if (known !== undefined) {
      return known;
    }
    const text = isToken ? this.ofToken(value) : this.ofObject(value as object);
    this.written.set(value, text);
    return text;
  }

  /** Many texts have the same tokens in them, such as the Region: each is resolved once. */
  private ofToken(value: unknown): string {
    return typeof value !== 'string' ? this.resolved(value) : JSON.stringify(
      Tokenization.reverseString(value).mapTokens({ mapToken: (token) => `<${this.of(token)}>` }).join(new StringConcat()),
    );
  }

  private resolved(value: unknown): string {
    return JSON.stringify(this.stack.resolve(value)) ?? 'undefined';
  }

  private ofObject(value: object): string {
    if (Array.isArray(value)) {
      return `[${value.map((each) => this.of(each)).join()}]`;
    }
    const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
    if (!isPlain || Object.keys(value).some((key) => Token.isUnresolved(key))) {
      return this.resolved(value);
    }
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${this.of(inner)}`).join()}}`;
  }
}
