import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { logicalId, modelRegistry } from './registries';
import { IModelRegistry, ModelRegistry, ModelScope } from '../../lib/registry';
import { Right, Route, ROUTES } from '../../lib/registry/runtime/contract';
import { ENV } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

/** Every call on the items of a table, and some on tables. */
const TABLE_ACTIONS = [
  'BatchGetItem', 'BatchWriteItem', 'ConditionCheckItem', 'CreateTable', 'DeleteItem', 'DeleteResourcePolicy', 'DeleteTable', 'ExportTableToPointInTime',
  'GetItem', 'PartiQLDelete', 'PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate', 'PutItem', 'PutResourcePolicy', 'Query', 'RestoreTableToPointInTime',
  'Scan', 'TagResource', 'UpdateContinuousBackups', 'UpdateItem', 'UpdateTable', 'UpdateTimeToLive',
].map((action) => `dynamodb:${action}`);
/** Calls that change or lose an object, or what protects it. */
const BUCKET_CHANGES = [
  'DeleteBucket', 'DeleteBucketPolicy', 'DeleteObject', 'DeleteObjectTagging', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'PutBucketObjectLockConfiguration',
  'PutBucketPolicy', 'PutBucketVersioning', 'PutEncryptionConfiguration', 'PutLifecycleConfiguration', 'PutObjectAcl', 'PutObjectLegalHold',
  'PutObjectRetention', 'PutObjectTagging', 'ReplicateDelete', 'ReplicateObject', 'RestoreObject',
].map((action) => `s3:${action}`);
const IN_TRANSACTION = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };

describe('the roles of the registry', () => {
  let registry: ModelRegistry;
  let roles: Policies;
  let template: Template;
  let table: string;
  let auditTable: string;
  let copies: string;
  beforeAll(() => {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    registry = modelRegistry(stack);
    template = Template.fromStack(stack);
    roles = Policies.in(stack, 'AWS::IAM::ManagedPolicy');
    [table, auditTable, copies] = [registry.table, registry.auditTable, registry.auditBucket!].map((made) => `<${logicalId(made)}.Arn>`);
  });

  const allowed = (actions: string[], resource: string, context: Record<string, string> = {}) =>
    actions.filter((action) => roles.allows({ action, resource, context })).map((action) => action.split(':')[1]);

  test('have no policy but managed ones', () => {
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.allResourcesProperties('AWS::IAM::Role', {});
    Object.values(template.findResources('AWS::IAM::Role')).forEach(({ Properties }) => {
      expect(Properties).not.toHaveProperty('Policies');
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    });
  });

  test('name no action by a pattern, and no resource but where AWS has none', () => {
    for (const { Action, Resource, Effect } of roles.statements) {
      expect([Action].flat().join()).not.toContain('*');
      expect(Effect).toBe('Allow');
      if (Resource === '*') {
        expect([Action].flat().sort()).toEqual(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']);
      }
    }
  });

  test('read audit rows, and add some inside of a transaction only', () => {
    expect(allowed(TABLE_ACTIONS, auditTable)).toEqual(['GetItem', 'Query']);
    expect(allowed(TABLE_ACTIONS, auditTable, IN_TRANSACTION)).toEqual(['GetItem', 'PutItem', 'Query']);
    expect(allowed(TABLE_ACTIONS, auditTable, { 'dynamodb:EnclosingOperation': 'BatchExecuteStatement' })).toEqual(['GetItem', 'Query']);
  });

  test('change the registry row by row, and delete nothing', () => {
    expect(allowed(TABLE_ACTIONS, table)).toEqual(['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem']);
  });

  test('cannot change, delete or unlock a copy', () => {
    expect(allowed(BUCKET_CHANGES, `${copies}/audit/default/churn/0000000001.json`)).toEqual([]);
    expect(allowed(BUCKET_CHANGES, copies)).toEqual([]);
  });

  test('add copies under audit/ and nowhere else', () => {
    expect(allowed(['s3:PutObject', 's3:GetObject'], `${copies}/audit/default/churn/0000000001.json`)).toEqual(['PutObject', 'GetObject']);
    expect(allowed(['s3:PutObject', 's3:GetObject'], `${copies}/other`)).toEqual([]);
  });

  test('write nothing among the artifacts', () => {
    const artifact = 'arn:<AWS::Partition>:s3:::our-artifacts/churn/model.tar.gz';
    expect(allowed([...BUCKET_CHANGES, 's3:PutObject', 's3:GetObject'], artifact)).toEqual(['GetObject']);
  });

  test('use the key of a table through DynamoDB only', () => {
    const key = `<${logicalId(registry.encryptionKey)}.Arn>`;
    const decrypt = (service: string) => roles.allows({ action: 'kms:Decrypt', resource: key, context: { 'kms:ViaService': service } });
    expect(['dynamodb', 's3', 'sqs'].map((service) => decrypt(`${service}.<AWS::Region>.<AWS::URLSuffix>`))).toEqual([true, true, false]);
    expect(roles.allows({ action: 'kms:Decrypt', resource: key })).toBe(false);
    expect(allowed(['kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy', 'kms:DisableKey', 'kms:CreateGrant'], key, { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' }))
      .toEqual([]);
  });

  test('tag images in the repositories that are named, and delete none', () => {
    const repository = (name: string) => `arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/${name}`;
    const actions = ['ecr:PutImage', 'ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy'];
    expect(allowed(actions, repository('churn'))).toEqual(['PutImage']);
    expect(allowed(actions, repository('other'))).toEqual([]);
  });

  test('tell one bus', () => {
    expect(allowed(['events:PutEvents'], 'arn:<AWS::Partition>:events:eu-west-1:111122223333:event-bus/default')).toEqual(['PutEvents']);
    expect(allowed(['events:PutEvents'], 'arn:<AWS::Partition>:events:eu-west-1:111122223333:event-bus/other')).toEqual([]);
  });

  test.each(['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'])(
    'and nobody else either may %s an audit row: the table refuses it to everybody', (action) => {
      const { Properties } = template.findResources('AWS::DynamoDB::Table')[logicalId(registry.auditTable)];
      expect(Properties.ResourcePolicy.PolicyDocument.Statement).toEqual([{
        Sid: 'RowsStay', Effect: 'Deny', Principal: { AWS: '*' }, Resource: '*', Action: expect.arrayContaining([`dynamodb:${action}`]),
      }]);
    });

  describe('and the bucket of copies itself', () => {
    const object = () => `${copies}/audit/default/churn/0000000001.json`;
    const bucket = () => Policies.in(Stack.of(registry), 'AWS::S3::BucketPolicy');
    const creation = { 's3:ObjectCreationOperation': 'true', 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

    test('refuses an overwrite to everybody', () => {
      expect(bucket().denies({ action: 's3:PutObject', resource: object(), context: creation })).toBe(true);
      expect(bucket().denies({ action: 's3:PutObject', resource: object(), context: { ...creation, 's3:if-none-match': '*' } })).toBe(false);
    });

    test.each(['DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'ReplicateObject', 'ReplicateDelete'])('refuses %s to everybody', (action) => {
      const context = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
      expect(bucket().denies({ action: `s3:${action}`, resource: object(), context })).toBe(true);
      expect(bucket().denies({ action: `s3:${action}`, resource: `${copies}/trials/x`, context })).toBe(true);
    });
  });
});

describe('who is let in', () => {
  const API = `arn:<AWS::Partition>:execute-api:${ENV.region}:${ENV.account}:abc/$default`;
  const GRANTS: [Right, (registry: IModelRegistry, role: iam.Role, scope?: ModelScope) => iam.Grant][] = [
    ['register', (registry, role, scope) => registry.grantRegister(role, scope)], ['approve', (registry, role, scope) => registry.grantApprove(role, scope)],
    ['promote', (registry, role, scope) => registry.grantPromote(role, scope)], ['retire', (registry, role, scope) => registry.grantRetire(role, scope)],
    ['release', (registry, role, scope) => registry.grantRelease(role, scope)],
    ['emergency', (registry, role, scope) => registry.grantEmergency(role, scope)], ['read', (registry, role, scope) => registry.grantRead(role, scope)],
  ];
  /** Names that begin or end like another, and those that look like parts of a path. */
  const TENANTS = ['default', 'bank', 'bank-2', 'models'];
  const MODELS = ['churn', 'churn-2', 'versions', 'production', 'rollback'];

  function granted(give: (registry: IModelRegistry, role: iam.Role) => iam.Grant): Policies {
    const stack = new Stack(new App(), 'Test', { env: ENV });
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/ours');
    const auditBucket = s3.Bucket.fromBucketAttributes(stack, 'Copies', { bucketName: 'copies', encryptionKey });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    give(ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abc', auditBucket }), role).assertSuccess();
    return Policies.in(stack, 'AWS::IAM::Policy');
  }

  /** `right tenant model` of every call that the policies let through. */
  function reached(policies: Policies): Set<string> {
    const calls = ROUTES.flatMap((route) => TENANTS.flatMap((tenant) => MODELS.map((model) => ({ route, tenant, model }))));
    return new Set(calls.filter(({ route, tenant, model }) => policies.allows({ action: 'execute-api:Invoke', resource: called(route, tenant, model) }))
      .map(({ route, tenant, model }) => `${route.verb} ${tenant} ${route.path.includes('{model}') ? model : '-'}`));
  }

  function called({ method, path }: Route, tenant: string, model: string): string {
    return `${API}/${method}${path.replace('{tenant}', tenant).replace('{model}', model).replace('{revision}', '7')}`;
  }

  function expected(right: Right, tenants: string[], models: string[], lists: boolean): Set<string> {
    return new Set(ROUTES.filter((route) => route.right === right).flatMap(({ verb, path }) => tenants.flatMap((tenant) =>
      path.includes('{model}') ? models.map((model) => `${verb} ${tenant} ${model}`) : lists ? [`${verb} ${tenant} -`] : [])));
  }

  describe.each(GRANTS)('to %s', (right, give) => {
    test('one model of one tenant: reaches no other model, no other tenant, no other right', () => {
      expect(reached(granted((registry, role) => give(registry, role, ModelScope.model('churn', 'bank'))))).toEqual(expected(right, ['bank'], ['churn'], false));
    });

    test('one tenant: reaches no other tenant and no other right', () => {
      expect(reached(granted((registry, role) => give(registry, role, ModelScope.tenant('bank'))))).toEqual(expected(right, ['bank'], MODELS, true));
    });

    test('without a scope: reaches the default tenant only', () => {
      expect(reached(granted((registry, role) => give(registry, role)))).toEqual(expected(right, ['default'], MODELS, true));
    });

    test('everything: reaches every tenant, and no other right', () => {
      const policies = granted((registry, role) => give(registry, role, ModelScope.everything()));
      expect(reached(policies)).toEqual(expected(right, TENANTS, MODELS, true));
    });

    test('is also told where the registry is, and nothing else', () => {
      const policies = granted((registry, role) => give(registry, role, ModelScope.model('churn')));
      const parameter = (name: string) => `arn:<AWS::Partition>:ssm:eu-west-1:111122223333:parameter/ml-platform/registry/${name}`;
      expect(policies.allows({ action: 'ssm:GetParameter', resource: parameter('production') })).toBe(true);
      expect(policies.allows({ action: 'ssm:GetParameter', resource: parameter('staging') })).toBe(false);
      expect(new Set(policies.statements.flatMap(({ Action }) => Action))).toEqual(new Set(['execute-api:Invoke', 'ssm:GetParameter']));
    });
  });

  test('a model hands out the same as its registry', () => {
    const one = granted((registry, role) => registry.model('churn', 'bank').grantPromote(role));
    expect(reached(one)).toEqual(expected('promote', ['bank'], ['churn'], false));
    const grants: [Right, string][] = [['register', 'Register'], ['approve', 'Approve'], ['retire', 'Retire'], ['release', 'Release'], ['emergency', 'Emergency'], ['read', 'Read']];
    for (const [right, name] of grants) {
      const policies = granted((registry, role) =>
        (registry.model('churn', 'bank') as unknown as Record<string, (grantee: iam.Role) => iam.Grant>)[`grant${name}`](role));
      expect(reached(policies)).toEqual(expected(right, ['bank'], ['churn'], false));
    }
  });

  test('nobody gets the right of an emergency with another one', () => {
    const others = granted((registry, role) => GRANTS.filter(([right]) => right !== 'emergency')
      .map(([, give]) => give(registry, role, ModelScope.everything())).reduce((all, grant) => all.combine(grant)));
    const calls = [...reached(others)];
    expect(calls.some((call) => call.startsWith('revoke '))).toBe(true);
    expect(calls.filter((call) => call.startsWith('emergency-revoke '))).toEqual([]);
  });

  describe('to audit one model', () => {
    const policies = () => granted((registry, role) => registry.model('churn', 'bank').grantAudit(role));
    const bucket = 'arn:<AWS::Partition>:s3:::copies';

    test('reaches the audit route of that model alone', () => {
      expect(reached(policies())).toEqual(new Set(['audit bank churn']));
    });

    test.each([
      ['audit/bank/churn/0000000001.json', true], ['audit/bank/churn-2/0000000001.json', false], ['audit/bank-2/churn/0000000001.json', false],
      ['audit/default/churn/0000000001.json', false], ['other', false],
    ])('reads the copy %s: %p', (key, can) => {
      for (const action of ['s3:GetObject', 's3:GetObjectVersion']) {
        expect(policies().allows({ action, resource: `${bucket}/${key}` })).toBe(can);
      }
    });

    test.each([['audit/bank/churn/', true], ['audit/bank/', false], ['audit/bank/churn-2/', false], ['', false]])('lists copies below %p: %p', (prefix, can) => {
      for (const action of ['s3:ListBucket', 's3:ListBucketVersions']) {
        expect(policies().allows({ action, resource: bucket, context: { 's3:prefix': prefix } })).toBe(can);
      }
    });

    test.each([['audit/bank/', true], ['audit/bank/churn/', true], ['audit/bank-2/', false], ['audit/', false]])(
      'and to audit a tenant lists copies below %p, its models among them: %p', (prefix, can) => {
        const all = granted((registry, role) => registry.grantAudit(role, ModelScope.tenant('bank')));
        expect(all.allows({ action: 's3:ListBucketVersions', resource: bucket, context: { 's3:prefix': prefix } })).toBe(can);
      });

    test('and to repair: adds what is not there, below that model, and changes nothing', () => {
      const repairing = granted((registry, role) => registry.model('churn', 'bank').grantAuditRepair(role));
      const put = (key: string, context = {}) => repairing.allows({ action: 's3:PutObject', resource: `${bucket}/${key}`, context });
      const once = { 's3:if-none-match': '*' };
      expect(put('audit/bank/churn/0000000001.json', once)).toBe(true);
      expect(put('audit/bank/churn/0000000001.json')).toBe(false); // over something
      expect(['audit/bank/churn-2/0000000001.json', 'audit/bank-2/churn/0000000001.json', 'other'].filter((key) => put(key, once))).toEqual([]);
      expect(BUCKET_CHANGES.filter((action) => repairing.allows({ action, resource: `${bucket}/audit/bank/churn/0000000001.json`, context: once }))).toEqual([]);
      expect(['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ScheduleKeyDeletion'].filter((action) =>
        repairing.allows({ action, resource: 'arn:aws:kms:eu-west-1:111122223333:key/ours' }))).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
      expect(reached(repairing)).toEqual(reached(policies()));
      expect(repairing.allows({ action: 's3:GetObjectVersion', resource: `${bucket}/audit/bank/churn/0000000001.json` })).toBe(true);
    });

    test('decrypts copies and writes none', () => {
      expect(policies().allows({ action: 'kms:Decrypt', resource: 'arn:aws:kms:eu-west-1:111122223333:key/ours' })).toBe(true);
      expect(['s3:PutObject', 's3:DeleteObject', 'kms:GenerateDataKey'].filter((action) =>
        policies().allows({ action, resource: `${bucket}/audit/bank/churn/0000000001.json` }))).toEqual([]);
    });
  });
});
