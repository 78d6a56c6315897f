import * as z from 'zod';
import { AwsAccess } from './aws-access';
import { ExitCode } from './exit-code';
import { Failure, usage } from './failure';

/** Something that has an address which somebody wrote down: in an SSM parameter, and in an output of a stack. */
export interface AddressKind<T> {
  /** What it is called, for messages: `registry`. */
  readonly noun: string;
  /** Of the failure when it is not found. */
  readonly code: string;
  /** What its output's key ends in. */
  readonly output: string;
  readonly schema: z.ZodType<T>;
  /** What else may be wrong when there is no such parameter. */
  readonly alsoCheck: string;
}

export interface Found<T> {
  readonly address: T;
  /** How it was found, for messages. */
  readonly foundBy: string;
}

export async function addressInParameter<T>(aws: AwsAccess, name: string, kind: AddressKind<T>): Promise<Found<T>> {
  const value = await aws.parameter(name);
  if (value === undefined) {
    throw new Failure(ExitCode.NOT_FOUND, kind.code,
      `there is no SSM parameter ${name} in ${await aws.region()}; is that the Region of the ${kind.noun} (--region), ${kind.alsoCheck}?`);
  }
  return addressIn(value, `the SSM parameter ${name}`, kind);
}

export async function addressInStack<T>(aws: AwsAccess, stack: string, kind: AddressKind<T>): Promise<Found<T>> {
  const { noun, code, output } = kind;
  const outputs = await aws.outputs(stack);
  if (outputs === undefined) {
    throw new Failure(ExitCode.NOT_FOUND, code, `there is no stack ${stack} in ${await aws.region()}; is that the Region of the ${noun} (--region)?`);
  }
  // CDK puts a construct's path before a key, and eight hex digits after it
  const fitting = [...outputs].filter(([key]) => new RegExp(`${output}([0-9A-F]{8})?$`).test(key));
  if (fitting.length === 0) {
    throw new Failure(ExitCode.NOT_FOUND, code, `the stack ${stack} has no output ${output}; name the stack that the ${noun} is in`);
  }
  if (fitting.length > 1) {
    const keys = fitting.map(([key]) => key).sort().join(', ');
    throw usage(`the stack ${stack} has more than one ${noun}: ${keys}; name the SSM parameter of one (--parameter)`);
  }
  const [[key, value]] = fitting;
  return addressIn(value, `the output ${key} of the stack ${stack}`, kind);
}

/** `a registry`, `an inference API`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

function addressIn<T>(value: string, foundBy: string, { noun, schema }: AddressKind<T>): Found<T> {
  const read = schema.safeParse(parsed(value));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Failure(ExitCode.NOT_FOUND, 'NOT_AN_ADDRESS',
      `${foundBy} does not hold the address of ${withArticle(noun)}: `
      + `${[issue.path.join('.'), issue.message].filter(Boolean).join(': ')}; deploy its stack again`);
  }
  return { address: read.data, foundBy };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
