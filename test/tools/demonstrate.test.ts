import { aws_sns as sns, Annotations, App, CfnResource, IPolicyValidationPlugin, Stack, Validations } from 'aws-cdk-lib';
import { NO_LOGS, NO_REPLICA, plantedApp, plantKey, plantUnknownInstanceType, Store } from './planted-apps';
import { demonstrate } from '../../tools/demonstrate';
import { CreateApp } from '../../tools/strict-synth';
import { ValidationException } from '../../tools/validation-exceptions';

interface Shown {
  readonly code: number;
  readonly text: string;
}

function shown(createApp: CreateApp, ...exceptions: ValidationException[]): Shown {
  const lines: string[] = [];
  const code = demonstrate(createApp, (line) => lines.push(line), exceptions);
  return { code, text: lines.join('\n') };
}

const UNKNOWN_TYPE: ValidationException = { rule: 'W3030', path: /^Planted\/Config$/, reason: 'planted' };

describe('the demo passes', () => {
  test('when nobody has anything to say', () => {
    const { code, text } = shown(plantedApp(plantKey));
    expect(text).toContain('passed: nothing is open');
    expect(code).toBe(0);
  });

  test('when every finding is acknowledged, and counts the acknowledgements', () => {
    const { code, text } = shown(plantedApp((stack) => new Store(stack, 'Store', NO_LOGS, NO_REPLICA)));
    expect(text).toMatch(/^Planted .* 0 \/ 1 +0 \/ 2 +0 \/ 2 +0 \/ 2 +0 \/ 0 /m);
    expect(code).toBe(0);
  });

  test('when a warning of the CDK is listed, and counts it', () => {
    const { code, text } = shown(plantedApp(plantUnknownInstanceType), UNKNOWN_TYPE);
    expect(text).toMatch(/^Planted .* 0 +0 +1$/m);
    expect(code).toBe(0);
  });
});

describe('the demo fails', () => {
  test('on a finding that nobody acknowledged, and says how to', () => {
    const { code, text } = shown(plantedApp((stack) => new Store(stack, 'Store', NO_REPLICA)));
    expect(text).toContain("acknowledge(…, { rules: ['AwsSolutions-S1'], reason: '…' })");
    expect(text).toContain('failed: 4 open findings');
    expect(code).toBe(1);
  });

  test('on a warning of the CDK, which even its strict mode lets pass', () => {
    const { code, text } = shown(plantedApp(plantUnknownInstanceType));
    expect(text).toContain("{ rule: 'W3030', path: /^Planted\\/Config$/, reason: '…' }");
    expect(code).toBe(1);
  });

  test('on an error of the CDK', () => {
    const { code, text } = shown(plantedApp((stack) => new CfnResource(stack, 'Topic', {
      type: 'AWS::SNS::Topic', properties: { KmsMasterKeyId: 'alias/aws/sns', TopicName: { 'Fn::GetAtt': ['Nowhere', 'Arn'] } },
    })));
    expect(text).toMatch(/^Planted .* 0 \/ 0 +1 +0 +0$/m);
    expect(code).toBe(1);
  });

  test('on a warning that a construct leaves on itself', () => {
    const { code, text } = shown(plantedApp((stack) => {
      plantKey(stack);
      Annotations.of(stack).addWarningV2('planted:old', 'this way is old');
    }));
    expect(text).toContain('warning: this way is old');
    expect(code).toBe(1);
  });

  test('on a list entry that matches nothing', () => {
    const { code, text } = shown(plantedApp(plantKey), UNKNOWN_TYPE);
    expect(text).toContain('stale: no finding matches this entry');
    expect(code).toBe(1);
  });

  test('on a list entry for a finding of a pack: those are acknowledged where they arise', () => {
    const { code, text } = shown(plantedApp((stack) => new Store(stack, 'Store', NO_REPLICA)),
      { rule: 'AwsSolutions-S1', path: /./, reason: 'planted' });
    expect(text).toContain('failed: 4 open findings, 1 stale list entries');
    expect(code).toBe(1);
  });

  test('on an acknowledgement in the wrong case, which keeps nothing', () => {
    const { code } = shown(plantedApp((stack) => {
      const store = new Store(stack, 'Store', NO_REPLICA, { ...NO_LOGS, rules: NO_LOGS.rules.slice(1) });
      Validations.of(store).acknowledge({ id: 'AwsSolutions::AwsSolutions-s1', reason: 'planted' });
    }));
    expect(code).toBe(1);
  });

  test('when a pack crashes: it found nothing because it judged nothing', () => {
    const crashing: IPolicyValidationPlugin = {
      name: 'Crashing',
      validate: () => { throw new Error('no construct tree'); },
    };
    const { code, text } = shown((options) => {
      const app = plantedApp(plantKey)(options);
      Validations.of(app).addPlugins(crashing);
      return app;
    });
    expect(text).toContain('Crashing judged nothing');
    expect(code).toBe(1);
  });
});

test('findings of stacks are counted where they stand', () => {
  const { text } = shown((options) => {
    const app = new App(options);
    new sns.Topic(new Stack(app, 'Loud'), 'Topic', { enforceSSL: true });
    plantKey(new Stack(app, 'Quiet'));
    return app;
  });
  expect(text).toMatch(/^Loud .* 0 \/ 0 +1 \/ 0 +1 \/ 0 +1 \/ 0 +0 \/ 0 /m);
  expect(text).toMatch(/^Quiet .* 0 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 +0 \/ 0 /m);
  expect(text).toMatch(/^Total .* 0 \/ 0 +1 \/ 0 +1 \/ 0 +1 \/ 0 +0 \/ 0 /m);
});

test('an app that drops the strict context is refused', () => {
  expect(() => shown(() => new App())).toThrow('lost @aws-cdk/core:validateAgainstDefaultRules');
});

test('the CDK prints nothing of its own', () => {
  const said = jest.spyOn(console, 'error').mockReturnValue(undefined);
  shown(plantedApp(plantUnknownInstanceType));
  shown(plantedApp((stack) => new Store(stack, 'Store')));
  expect(said).not.toHaveBeenCalled();
  said.mockRestore();
});
