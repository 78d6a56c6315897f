import { AwsError } from './error';

const LONGEST_SUBJECT = 99;
const LARGEST_MESSAGE = 262_144;

/**
 * What SNS refuses of a message: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html ("ASCII text that begins with a letter,
 * number, or punctuation mark; must not include line breaks or control characters; and must be less than 100 characters long").
 */
export function checkMessage({ Subject, Message }: Readonly<Record<string, unknown>>): void {
  if (Subject !== undefined && (!/^[\x21-\x7e][\x20-\x7e]*$/.test(String(Subject)) || String(Subject).length > LONGEST_SUBJECT)) {
    throw new AwsError('InvalidParameterException', 'Invalid parameter: Subject');
  }
  const bytes = Buffer.byteLength(String(Message ?? ''));
  if (bytes === 0 || bytes > LARGEST_MESSAGE) {
    throw new AwsError('InvalidParameterException', bytes === 0 ? 'Invalid parameter: Empty message' : 'Invalid parameter: Message too long');
  }
}
