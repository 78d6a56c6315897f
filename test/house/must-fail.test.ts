import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
import { FIVE_PACKS } from '../../tools/synth-report';
import { judged, openFindings } from '../support/judged';

// With two copies of aws-cdk-lib the packs look for resources of the other copy, find none and approve of everything.
describe('the packs see our constructs', () => {
  test('a bare bucket has findings', () => {
    expect(openFindings((stack) => new s3.Bucket(stack, 'Bad'))).toEqual(expect.arrayContaining([
      'AwsSolutions-S1 at Test/Bad/Resource',
      'AwsSolutions-S10 at Test/Bad/Resource',
      'HIPAA.Security-S3BucketLoggingEnabled at Test/Bad/Resource',
      'NIST.800.53.R5-S3BucketLoggingEnabled at Test/Bad/Resource',
      'PCI.DSS.321-S3BucketLoggingEnabled at Test/Bad/Resource',
    ]));
  });

  test('each of the five packs finds something in what it is about', () => {
    const { open } = judged((stack) => {
      new s3.Bucket(stack, 'Bad');
      new lambda.Function(stack, 'Handler', {
        runtime: lambda.Runtime.NODEJS_18_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = () => {};'),
      });
    });
    expect(new Set(open.map(({ pack }) => pack))).toEqual(new Set(FIVE_PACKS));
  });

  const ROOT = join(__dirname, '..', '..');
  const NAG = dirname(require.resolve('cdk-nag/package.json'));
  const ALPHA = dirname(require.resolve('@aws-cdk/aws-sagemaker-alpha/package.json'));

  test.each(['aws-cdk-lib', 'constructs'])('we, cdk-nag and the alpha package use the same %s', (name) => {
    const copies = [ROOT, NAG, ALPHA].map((from) => realpathSync(require.resolve(`${name}/package.json`, { paths: [from] })));
    expect(new Set(copies).size).toBe(1);
  });
});
