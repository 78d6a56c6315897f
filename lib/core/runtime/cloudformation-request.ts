import * as z from 'zod';

/** What CloudFormation asks of a custom resource. */
const Request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  RequestId: z.string().min(1),
  StackId: z.string().min(1),
  LogicalResourceId: z.string().min(1),
  PhysicalResourceId: z.string().min(1).optional(),
  ResourceProperties: z.record(z.string(), z.unknown()).default({}),
  OldResourceProperties: z.record(z.string(), z.unknown()).default({}),
});
export type CloudFormationRequest = z.infer<typeof Request>;

/** What an answer needs, whatever else is wrong with the request. */
const Address = z.object({
  ResponseURL: z.url({ protocol: /^https?$/ }),
  RequestType: z.unknown(),
  RequestId: z.string().catch(''),
  StackId: z.string().catch(''),
  LogicalResourceId: z.string().catch(''),
  PhysicalResourceId: z.string().min(1).optional().catch(undefined),
});
export type AnswerAddress = z.infer<typeof Address>;

/** Where the answer goes. Without that nobody can be told anything, and this throws. */
export function addressOf(event: unknown): AnswerAddress {
  const address = Address.safeParse(event);
  if (!address.success) {
    throw new Error(`not a request of CloudFormation, so nobody can be answered: ${sayWhy(address.error)}`);
  }
  return address.data;
}

export function requestOf(event: unknown): CloudFormationRequest {
  return parsed(Request, event, 'the request of CloudFormation');
}

/** Parses, and says in one sentence what is wrong. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new Error(`${what} is malformed: ${sayWhy(result.error)}`);
  }
  return result.data;
}

function sayWhy({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.length === 0 ? 'event' : path.join('.')}: ${message}`).join('; ');
}

/** Account, Region and name of a stack, from its id. */
export function placeOf(stackId: string): { environment: string; stack: string } {
  const [, , , region = '', account = '', resource = ''] = stackId.split(':');
  return { environment: `aws://${account}/${region}`, stack: resource.split('/')[1] ?? stackId };
}
