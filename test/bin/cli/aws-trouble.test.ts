import { toFailure } from '../../../bin/cli/aws-trouble';
import { ExitCode } from '../../../bin/cli/exit-code';

const said = (name: string, httpStatusCode: number) => Object.assign(new Error('so it is'), { name, $metadata: { httpStatusCode } });

test.each<[string, number, ExitCode]>([
  ['ThrottlingException', 400, ExitCode.NO_ANSWER],
  ['RequestTimeout', 400, ExitCode.NO_ANSWER],
  ['SlowDown', 503, ExitCode.NO_ANSWER],
  ['InternalError', 500, ExitCode.NO_ANSWER],
  ['InvalidRequest', 400, ExitCode.REFUSED],
  ['ValidationException', 400, ExitCode.REFUSED],
  ['AccessDenied', 403, ExitCode.NOT_ALLOWED],
  ['ExpiredToken', 400, ExitCode.NOT_ALLOWED],
  ['NoSuchBucket', 404, ExitCode.NOT_FOUND],
])('%s with status %i ends with exit code %i: refused is only what would be refused again', (name, status, exitCode) => {
  expect(toFailure(said(name, status), 'to look')).toMatchObject({ exitCode, message: expect.stringContaining('to look') });
});
