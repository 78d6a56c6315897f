import { Request, Statement, Statements } from './policies';
import { Found, Templates } from '../template/template';

/** Something that a role of the template may not do and a handler did: a missing permission, found before the deployment. */
export interface Denied {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

interface Document { readonly Statement?: Statement | readonly Statement[] }

/**
 * The roles of the templates, and what their policies and the policies of tables let them do.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, and for functions
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
export class Iam {
  public readonly denied: Denied[] = [];
  private readonly byRole = new Map<string, Statements>();
  private readonly ofTables = new Map<string, Statements>();
  private permissions: readonly Found[] = [];

  /** @param enforced whether anything is refused at all */
  constructor(templates: Templates, private readonly enforced = true) {
    this.deploy(templates);
  }

  /** Who is in no template any more is not known any more. */
  public deploy(templates: Templates): void {
    this.permissions = templates.of('AWS::Lambda::Permission');
    this.byRole.clear();
    this.ofTables.clear();
    const policies = [...templates.of('AWS::IAM::ManagedPolicy'), ...templates.of('AWS::IAM::Policy')];
    for (const { ref: name, properties, attribute } of templates.of('AWS::IAM::Role')) {
      const own = list<string>(properties.ManagedPolicyArns);
      const attached = policies.filter((policy) => list<string>(policy.properties.Roles).includes(name)
        || own.includes(policy.ref)).map((policy) => policy.properties.PolicyDocument);
      const inline = list<{ readonly PolicyDocument: unknown }>(properties.Policies).map(({ PolicyDocument }) => PolicyDocument);
      this.byRole.set(attribute('Arn'), new Statements([...attached, ...inline].flatMap(statementsIn)));
    }
    for (const { properties, attribute } of templates.of('AWS::DynamoDB::Table')) {
      const policy = properties.ResourcePolicy as { readonly PolicyDocument?: unknown } | undefined;
      this.ofTables.set(attribute('Arn'), new Statements(statementsIn(policy?.PolicyDocument)));
    }
  }

  /** Whether a role may; what it may not is kept. A role that is not in the templates may everything. */
  public allows(roleArn: string, request: Request): boolean {
    const statements = this.byRole.get(roleArn);
    const allowed = !this.enforced || statements === undefined
      || (statements.allows(request) && this.ofTables.get(request.resource)?.denies(request) !== true);
    if (!allowed) {
      this.keep(roleArn, request.action, request.resource);
    }
    return allowed;
  }

  public keep(role: string, action: string, resource: string): void {
    if (!this.denied.some((each) => each.role === role && each.action === action && each.resource === resource)) {
      this.denied.push({ role, action, resource });
    }
  }

  /** Whether a service may invoke a function: an `AWS::Lambda::Permission` of the templates says so. */
  public mayInvoke(principal: string, functionArn: string, sourceArn: string): boolean {
    const allowed = !this.enforced || this.permissions.some(({ properties: { FunctionName, Principal, SourceArn, Action } }) =>
      Principal === principal && Action === 'lambda:InvokeFunction'
      && (String(FunctionName) === functionArn || functionArn.startsWith(`${String(FunctionName)}:`) || functionArn.split(':function:')[1] === String(FunctionName))
      && (SourceArn === undefined || new Statements([{ Effect: 'Allow', Action: '*', Resource: SourceArn }]).allows({ action: 'x', resource: sourceArn })));
    if (!allowed) {
      this.keep(`${principal} for ${sourceArn}`, 'lambda:InvokeFunction', functionArn);
    }
    return allowed;
  }
}

function list<T>(value: unknown): readonly T[] {
  return (value ?? []) as readonly T[];
}

function statementsIn(document: unknown): Statement[] {
  const { Statement: statements = [] } = (document ?? {}) as Document;
  return [statements].flat() as Statement[];
}
