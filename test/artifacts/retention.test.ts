import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ArtifactStore, ObjectLock, TrialRetention } from '../../lib/artifacts';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

interface Bucket {
  readonly Properties: {
    readonly LifecycleConfiguration: { readonly Rules: Record<string, unknown>[] };
    readonly ObjectLockConfiguration: { readonly Rule: { readonly DefaultRetention: Record<string, unknown> } };
  };
}

function buckets(): Bucket[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')) as unknown as Bucket[];
}

/** The bucket of artifacts, not that of its access logs. */
function artifacts(): Bucket {
  return buckets().find(({ Properties }) => 'LifecycleConfiguration' in Properties)!;
}

describe('lifecycle', () => {
  test('has two rules: unfinished uploads, and trials with their old versions', () => {
    new ArtifactStore(stack, 'Store');
    expect(artifacts().Properties.LifecycleConfiguration.Rules).toEqual([
      { Id: 'AbortUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      {
        Id: 'ExpireTrials', Status: 'Enabled', Prefix: 'trials/', ExpirationInDays: 30, NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
    ]);
  });

  test('never expires anything outside of trials/, whatever the retention', () => {
    new ArtifactStore(stack, 'Store', { trialRetention: TrialRetention.of(Duration.days(1)) });
    const rules = artifacts().Properties.LifecycleConfiguration.Rules;
    const expiring = rules.filter((rule) => JSON.stringify(rule).includes('Expiration'));
    expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['trials/']);
  });

  test.each([1, 36500])('keeps trials for %p days when asked', (days) => {
    new ArtifactStore(stack, 'Store', { trialRetention: TrialRetention.of(Duration.days(days)) });
    expect(artifacts().Properties.LifecycleConfiguration.Rules[1].ExpirationInDays).toBe(days);
  });

  test.each([0, 0.5, 1.5, 36501])('refuses a retention of %p days', (days) => {
    expect(() => TrialRetention.of(Duration.minutes(days * 1440))).toThrow(`\`age\` must be a whole number from 1 to 36500 days: got ${days}`);
  });

  test('passes a retention on that only the deployment knows', () => {
    const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
    new ArtifactStore(stack, 'Store', { trialRetention: TrialRetention.of(Duration.days(days)) });
    expect(artifacts().Properties.LifecycleConfiguration.Rules[1].ExpirationInDays).toEqual({ Ref: 'Days' });
  });

  test('judges a lazy retention at synth', () => {
    const app = new App();
    const trialRetention = TrialRetention.of(Duration.days(Lazy.number({ produce: () => 0 })));
    new ArtifactStore(new Stack(app, 'Lazy'), 'Store', { trialRetention });
    expect(() => app.synth()).toThrow('`age` must be a whole number from 1 to 36500 days: got 0');
  });

  test('asks for a token in days, since CDK cannot convert it', () => {
    const hours = Duration.hours(Lazy.number({ produce: () => 48 }));
    expect(() => TrialRetention.of(hours)).toThrow('`age` holds a token in hours, which cannot be converted: give it as Duration.days(token)');
  });
});

describe('object lock', () => {
  test('is off unless asked for', () => {
    new ArtifactStore(stack, 'Store');
    expect(artifacts().Properties).not.toHaveProperty('ObjectLockEnabled');
    expect(artifacts().Properties).not.toHaveProperty('ObjectLockConfiguration');
  });

  test.each([
    ['GOVERNANCE', ObjectLock.governance(Duration.days(90))], ['COMPLIANCE', ObjectLock.compliance(Duration.days(90))],
  ])('in %s mode locks each new object', (Mode, objectLock) => {
    new ArtifactStore(stack, 'Store', { objectLock });
    expect(artifacts().Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode, Days: 90 } } },
    });
  });

  test('never locks the access logs, which S3 could not deliver then', () => {
    new ArtifactStore(stack, 'Store', { objectLock: ObjectLock.governance(Duration.days(1)) });
    expect(buckets().filter(({ Properties }) => 'ObjectLockEnabled' in Properties)).toHaveLength(1);
  });

  test.each([0, 0.5, 36501])('refuses a period of %p days', (days) => {
    expect(() => ObjectLock.governance(Duration.minutes(days * 1440))).toThrow(`\`period\` must be a whole number from 1 to 36500 days: got ${days}`);
    expect(() => ObjectLock.compliance(Duration.minutes(days * 1440))).toThrow(`got ${days}`);
  });

  test('passes a period on that only the deployment knows, and judges a lazy one at synth', () => {
    const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
    new ArtifactStore(stack, 'Store', { objectLock: ObjectLock.governance(Duration.days(days)) });
    expect(artifacts().Properties.ObjectLockConfiguration.Rule.DefaultRetention.Days).toEqual({ Ref: 'Days' });
    const app = new App();
    const objectLock = ObjectLock.governance(Duration.days(Lazy.number({ produce: () => 40000 })));
    new ArtifactStore(new Stack(app, 'Lazy'), 'Store', { objectLock });
    expect(() => app.synth()).toThrow('`period` must be a whole number from 1 to 36500 days: got 40000');
  });
});
