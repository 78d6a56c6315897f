import { AwsAccess } from '../../../bin/cli/aws-access';
import { NOBODY, withAwsEnvironment } from '../support/aws-environment';

withAwsEnvironment(() => NOBODY);

test.each([
  ['nobody names one', {}, 'no AWS Region is known; give --region, or set AWS_REGION'],
  ['the profile is not there', { profile: 'prodd' },
    'no AWS Region is known: there is no profile prodd, or it names none; give --region, or set AWS_REGION'],
])('a Region is asked for where %s', async (_, given, message) => {
  await expect(new AwsAccess(given, async () => '').region()).rejects.toThrow(message);
});
