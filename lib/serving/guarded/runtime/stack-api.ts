import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

const CALL_MILLISECONDS = 10_000;

/** What the handlers ask of CloudFormation. */
export class StackApi {
  constructor(private readonly client: Pick<CloudFormationClient, 'send'>) {}

  /** The status of a stack, e.g. `UPDATE_IN_PROGRESS`. */
  public async status(stackId: string): Promise<string> {
    const command = new DescribeStacksCommand({ StackName: stackId });
    const { Stacks: stacks = [] } = await this.client.send(command, { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) });
    const status = stacks[0]?.StackStatus;
    if (status === undefined) {
      throw new Error('CloudFormation does not tell the status of the stack');
    }
    return status;
  }
}
