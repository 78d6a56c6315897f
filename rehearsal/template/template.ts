import { namesOf } from './names';
import { Place } from './place';
import { Published } from './published';

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A synthesized template: `Template.fromStack(stack).toJSON()`, or a file of a cloud assembly. */
export interface TemplateJson {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type?: string; readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

/** A resource with everything resolved that a deployment would resolve. */
export interface Found {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Its Ref. */
  readonly ref: string;
  /** Of the template that is rehearsed, and not of one beside it. */
  readonly own: boolean;
  /** Stays when it is in no template any more. */
  readonly keptOnDeletion: boolean;
  /** The old one stays when an update replaces it. */
  readonly keptOnReplacement: boolean;
  attribute(name: string): string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Templates as a deployment would leave them: every Ref and GetAtt is a name or an ARN, and the same one everywhere. What only
 * an account knows, such as an import of another stack, gets a stand-in, and `standIns` says which.
 */
export class Templates {
  /** What was not in the templates, and what stands in for it. */
  public readonly standIns = new Map<string, string>();
  private readonly exported = new Map<string, { readonly owner: TemplateJson; readonly value: unknown }>();

  /** @param given values of parameters and imports */
  constructor(
    private readonly all: readonly TemplateJson[], public readonly place: Place,
    private readonly given: Readonly<Record<string, string>> = {}, private readonly published = new Published(),
  ) {
    for (const owner of all) {
      for (const { Value: value, Export } of Object.values(owner.Outputs ?? {})) {
        if (Export?.Name !== undefined) {
          this.exported.set(this.text(Export.Name, owner, 'an export'), { owner, value });
        }
      }
    }
  }

  /** Every resource of a type. Logical ids are unique within one template only. */
  public of(type: string): Found[] {
    return this.all.flatMap((owner, place) => Object.entries(owner.Resources ?? {})
      .filter(([logicalId, resource]) => resource.Type === type && this.stands(resource, owner, logicalId))
      .map(([logicalId, { Type, Properties = {}, DeletionPolicy, UpdateReplacePolicy }]) => ({
        logicalId,
        type: Type,
        properties: this.resolve(Properties, owner, logicalId) as Json,
        ref: this.known(logicalId, undefined, owner),
        own: place === 0,
        keptOnDeletion: DeletionPolicy?.startsWith('Retain') ?? false,
        keptOnReplacement: UpdateReplacePolicy === 'Retain',
        attribute: (name: string) => this.known(logicalId, name, owner),
      })));
  }

  public resolve(value: unknown, owner: TemplateJson, where: string): unknown {
    if (Array.isArray(value)) {
      return value.map((each, place) => this.resolve(each, owner, `${where}[${place}]`)).filter((each) => each !== undefined);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const entries = Object.entries(value);
    const [[name, inner] = ['', undefined]] = entries;
    if (entries.length === 1 && (name === 'Ref' || name === 'Condition' && where.endsWith('Fn::If') || name.startsWith('Fn::'))) {
      return this.called(name, inner, owner, where);
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, this.resolve(each, owner, `${where}.${key}`)] as const)
      .filter(([, each]) => each !== undefined));
  }

  private called(name: string, given: unknown, owner: TemplateJson, where: string): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(String(given), owner);
      case 'Fn::GetAtt': {
        const [logicalId, ...attribute] = Array.isArray(given) ? given.map(String) : String(given).split('.');
        return this.known(logicalId, attribute.join('.'), owner);
      }
      case 'Fn::Join': {
        const [delimiter, parts] = given as [string, unknown];
        return (this.resolve(parts, owner, where) as unknown[]).map(String).join(delimiter);
      }
      case 'Fn::Sub':
        return this.substituted(given, owner, where);
      case 'Fn::Select': {
        const [at, list] = given as [number | string, unknown];
        return (this.resolve(list, owner, where) as unknown[])[Number(at)];
      }
      case 'Fn::Split': {
        const [delimiter, text] = given as [string, unknown];
        return this.text(text, owner, where).split(delimiter);
      }
      case 'Fn::ImportValue':
        return this.imported(this.text(given, owner, where));
      case 'Fn::If': {
        const [condition, yes, no] = given as [string, unknown, unknown];
        return this.resolve(this.condition(condition, owner, where) ? yes : no, owner, where);
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = (given as unknown[]).map((each) => this.text(each, owner, where));
        return owner.Mappings?.[map]?.[first]?.[second] ?? this.standIn(`the mapping ${map}.${first}.${second}`);
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.place.region}${zone}`);
      case 'Fn::Base64':
        return Buffer.from(this.text(given, owner, where)).toString('base64');
      default:
        throw new Error(`the rehearsal does not know ${name}, at ${where}`);
    }
  }

  private ref(name: string, owner: TemplateJson): unknown {
    const { account, region } = this.place;
    switch (name) {
      case 'AWS::AccountId': return account;
      case 'AWS::Region': return region;
      case 'AWS::Partition': return 'aws';
      case 'AWS::URLSuffix': return 'amazonaws.com';
      case 'AWS::NoValue': return undefined;
      case 'AWS::StackName': return 'Rehearsed';
      case 'AWS::StackId': return `arn:aws:cloudformation:${region}:${account}:stack/Rehearsed/00000000-0000-4000-8000-000000000000`;
      default:
    }
    const parameter = owner.Parameters?.[name];
    if (parameter !== undefined) {
      return this.given[name] ?? (parameter.Default === undefined || parameter.Type?.startsWith('AWS::SSM') === true
        ? this.standIn(`the parameter ${name}`) : parameter.Default);
    }
    return this.known(name, undefined, owner);
  }

  private known(logicalId: string, attribute: string | undefined, owner: TemplateJson): string {
    const resource = owner.Resources?.[logicalId];
    if (resource === undefined) {
      throw new Error(`the template refers to ${logicalId}, which is not in it`);
    }
    const name = this.nameIn(resource, owner, logicalId);
    const property = (wanted: string) => this.resolve(resource.Properties?.[wanted], owner, logicalId);
    const found = namesOf(resource.Type, logicalId, name, this.place, property, this.published)(attribute);
    return found ?? this.standIn(`${attribute ?? 'the name'} of ${logicalId} (${resource.Type})`, name);
  }

  /** A name that the template gives, or the logical id, which is as unique. */
  private nameIn({ Type, Properties = {} }: Resource, owner: TemplateJson, logicalId: string): string {
    const kind = Type.split('::').pop() ?? '';
    const property = [`${kind}Name`, 'Name', 'TopicName', 'AlarmName', 'GroupName'].find((each) => Properties[each] !== undefined);
    return property === undefined ? logicalId : this.text(Properties[property], owner, logicalId);
  }

  private substituted(given: unknown, owner: TemplateJson, where: string): string {
    const [text, own] = Array.isArray(given) ? given as [string, Json] : [String(given), {}];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
      if (literal === '!') {
        return `\${${name}}`;
      }
      if (Object.hasOwn(own, name)) {
        return this.text(own[name], owner, where);
      }
      return String(name.includes('.') ? this.called('Fn::GetAtt', name, owner, where) : this.ref(name, owner));
    });
  }

  private imported(name: string): unknown {
    const found = this.exported.get(name);
    return found === undefined ? this.given[name] ?? this.standIn(`the import ${name}`) : this.resolve(found.value, found.owner, name);
  }

  private condition(name: string, owner: TemplateJson, where: string): boolean {
    const evaluate = (condition: unknown): boolean => {
      const [[how, given]] = Object.entries(condition as Json);
      const list = () => given as unknown[];
      switch (how) {
        case 'Condition': return this.condition(String(given), owner, where);
        case 'Fn::Equals': return this.text(list()[0], owner, where) === this.text(list()[1], owner, where);
        case 'Fn::And': return list().every(evaluate);
        case 'Fn::Or': return list().some(evaluate);
        case 'Fn::Not': return !evaluate(list()[0]);
        default: throw new Error(`the rehearsal does not know ${how} in the condition ${name}`);
      }
    };
    const condition = owner.Conditions?.[name];
    if (condition === undefined) {
      throw new Error(`there is no condition ${name}, at ${where}`);
    }
    return evaluate(condition);
  }

  private stands({ Condition }: Resource, owner: TemplateJson, where: string): boolean {
    return Condition === undefined || this.condition(Condition, owner, where);
  }

  private text(value: unknown, owner: TemplateJson, where: string): string {
    return String(this.resolve(value, owner, where));
  }

  private standIn(what: string, name?: string): string {
    const made = this.standIns.get(what) ?? plausible(what, name ?? `stand-in-${this.standIns.size + 1}`, this.place);
    this.standIns.set(what, made);
    return made;
  }
}

/** What a value of that name looks like, as far as the name tells: handlers check the shape of some. */
function plausible(what: string, name: string, { account, region }: Place): string {
  const digits = [...what].reduce((hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) % 0xffffffff, 7).toString(16).padStart(8, '0');
  const kinds: readonly [RegExp, string][] = [
    [/Topic/, `arn:aws:sns:${region}:${account}:${name}`],
    [/SecurityGroup.*GroupId/, `sg-0${digits}`],
    [/Subnet/, `subnet-0${digits}`],
    [/VPC|Vpc/, `vpc-0${digits}`],
    [/Key.*Arn/, `arn:aws:kms:${region}:${account}:key/00000000-0000-4000-8000-0000${digits}`],
    [/Role.*Arn/, `arn:aws:iam::${account}:role/${name}`],
    [/Table.*Arn/, `arn:aws:dynamodb:${region}:${account}:table/${name}`],
    [/Bucket.*Arn/, `arn:aws:s3:::${name}`],
    [/Repository.*Arn/, `arn:aws:ecr:${region}:${account}:repository/${name}`],
    [/Function.*Arn|Handler.*Arn/, `arn:aws:lambda:${region}:${account}:function:${name}`],
    [/StateMachine/, `arn:aws:states:${region}:${account}:stateMachine:${name}`],
    [/Arn/, `arn:aws:unknown:${region}:${account}:${name}`],
  ];
  return kinds.find(([pattern]) => pattern.test(what))?.[1] ?? name;
}
