import { CloudWatch } from './aws/cloudwatch';
import { Ssm } from './aws/ssm';
import { ARTIFACTS, REGISTRY_TABLES } from './aws/supplies';
import { REGISTRY_NAME } from './calls';
import { Bundles } from './lambda/bundles';
import { Functions } from './lambda/functions';
import { Machines } from './states/machines';
import { Place } from './template/place';
import { Templates } from './template/template';
import { API_BUNDLE } from '../lib/registry/runtime/contract';

const REGISTRY_TIMEOUT_SECONDS = 29;

/** The functions of the templates whose code ships with this package, and a model registry beside them. */
export function deployFunctions(templates: Templates, bundles: Bundles, functions: Functions, place: Place): void {
  for (const { ref: name, properties, attribute } of templates.of('AWS::Lambda::Function')) {
    const { S3Key } = (properties.Code ?? {}) as { S3Key?: string };
    const bundle = S3Key === undefined ? undefined : bundles.of(S3Key);
    if (bundle !== undefined) {
      const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Readonly<Record<string, string>> };
      functions.add({
        name,
        arn: attribute('Arn'),
        roleArn: String(properties.Role),
        bundle,
        timeoutSeconds: Number(properties.Timeout ?? 3),
        memory: Number(properties.MemorySize ?? 128),
        environment: { ...runtimeEnvironment(place), ...Variables },
      });
    }
  }
  for (const { ref } of templates.of('AWS::Lambda::Version')) {
    const [, name, number] = /:function:([^:]+):(\d+)$/.exec(ref) ?? [];
    functions.publish(name, number);
  }
  deployRegistry(bundles, functions, place);
}

function deployRegistry(bundles: Bundles, functions: Functions, place: Place): void {
  const bundle = bundles.named(API_BUNDLE);
  if (bundle === undefined) {
    throw new Error(`the bundle ${API_BUNDLE} is missing beside the others`);
  }
  const [table, audit] = REGISTRY_TABLES;
  functions.add({
    name: table,
    arn: `arn:aws:lambda:${place.region}:${place.account}:function:${table}`,
    roleArn: `arn:aws:iam::${place.account}:role/${table}`,
    bundle: { ...bundle, name: REGISTRY_NAME },
    timeoutSeconds: REGISTRY_TIMEOUT_SECONDS,
    memory: 512,
    environment: {
      ...runtimeEnvironment(place),
      REGISTRY_TABLE: table,
      AUDIT_TABLE: audit,
      ARTIFACT_BUCKET: ARTIFACTS,
      ENVIRONMENT: 'rehearsal',
      RUNBOOK: 'Rehearsed.',
      TRUSTED_SESSION_ROLES: '[]',
    },
  });
}

/** Those of the template that is rehearsed: a pipeline in a stack beside it is nobody's business here. */
export function deployMachines(templates: Templates, machines: Machines): void {
  for (const { ref, properties, attribute } of templates.of('AWS::StepFunctions::StateMachine').filter(({ own }) => own)) {
    const { DefinitionString, Definition, DefinitionSubstitutions = {} } = properties as {
      DefinitionString?: string; Definition?: unknown; DefinitionSubstitutions?: Readonly<Record<string, unknown>>;
    };
    const text = Object.entries(DefinitionSubstitutions).reduce((all, [name, value]) => all.replaceAll(`\${${name}}`, String(value)),
      DefinitionString ?? JSON.stringify(Definition));
    machines.add(ref, attribute('Name'), String(properties.RoleArn), text);
  }
  for (const { ref, properties } of templates.of('AWS::StepFunctions::StateMachineVersion').filter(({ own }) => own)) {
    machines.publish(String(properties.StateMachineArn), ref);
  }
}

/**
 * What an update leaves nobody: versions that are in the templates no more, or were replaced, and that nothing keeps.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html and …-updatereplacepolicy.html
 */
export function deleteVersions(before: Templates, after: Templates, functions: Functions, machines: Machines): void {
  for (const type of ['AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion']) {
    const now = new Map(after.of(type).map(({ own, logicalId, ref }) => [`${own} ${logicalId}`, ref]));
    for (const { own, logicalId, ref, keptOnDeletion, keptOnReplacement } of before.of(type)) {
      const successor = now.get(`${own} ${logicalId}`);
      if (successor !== ref && !(successor === undefined ? keptOnDeletion : keptOnReplacement)) {
        machines.all.delete(ref);
        functions.all.delete(ref.replace(/^.*:function:/, ''));
      }
    }
  }
}

/**
 * Parameters and alarms. An alarm that the simulation does not know is left out and answered by its name, unless a release goes
 * by it; those of templates beside it are for others to look at. An update writes a parameter only where its template changed.
 */
export function deployParametersAndAlarms(
  templates: Templates, ssm: Ssm, cloudwatch: CloudWatch, needed: readonly string[], before?: Templates,
): string[] {
  const valuesIn = (of?: Templates) => new Map((of?.of('AWS::SSM::Parameter') ?? []).map(({ ref, properties }) => [ref, String(properties.Value)]));
  const old = valuesIn(before);
  valuesIn(templates).forEach((value, ref) => {
    if (before === undefined) {
      ssm.values.set(ref, value);
    } else if (old.get(ref) !== value) {
      ssm.set(ref, value);
    }
  });
  return templates.of('AWS::CloudWatch::Alarm').filter(({ own, ref }) => own || needed.includes(ref)).flatMap((found) => {
    const name = found.ref;
    try {
      cloudwatch.add(found, name, found.attribute('Arn'));
      return [];
    } catch (error) {
      if (needed.includes(name)) {
        throw error;
      }
      return [name];
    }
  });
}

/** What Lambda puts into the environment. No AWS_EXECUTION_ENV: without it powertools switches tracing off, as on any laptop. */
function runtimeEnvironment({ region }: Place): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'ASIAREHEARSED',
    AWS_SECRET_ACCESS_KEY: 'rehearsed',
    AWS_SESSION_TOKEN: 'rehearsed',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
}
