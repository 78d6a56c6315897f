import {
  DescribeExecutionCommand, DescribeExecutionCommandOutput, ListExecutionsCommand, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { BaseWorld, MachineWorld } from './release-world';
import { retried } from './retried';
import { nameOf } from '../../../registry/runtime/failures';

export type Described = Pick<DescribeExecutionCommandOutput, 'status' | 'stopDate' | 'input'>;

/** The executions of the release machine. */
export class Executions {
  constructor(private readonly world: BaseWorld & MachineWorld) {}

  /** By the name of the release, so that a second start of it is the first one. */
  public begin(endpoint: string, releaseId: string): Promise<void> {
    return this.start(releaseId, inputOf(endpoint, releaseId));
  }

  /** As EventBridge does it when an execution ended otherwise than by its last state. */
  public takeUp(endpoint: string, releaseId: string, status: string, name: string): Promise<void> {
    return this.start(name, JSON.stringify({ recover: { input: inputOf(endpoint, releaseId), status } }));
  }

  /** Nothing: there is no execution of that name. */
  public async described(name: string): Promise<Described | undefined> {
    const command = new DescribeExecutionCommand({ executionArn: `${this.world.releaseMachine.replace(':stateMachine:', ':execution:')}:${name}` });
    try {
      return await retried(() => this.world.sfn.send(command), this.world);
    } catch (error) {
      if (nameOf(error) === 'ExecutionDoesNotExist') {
        return undefined;
      }
      throw error;
    }
  }

  /** Names of those that run. */
  public async running(): Promise<readonly string[]> {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListExecutionsCommand({ stateMachineArn: this.world.releaseMachine, statusFilter: 'RUNNING', nextToken });
      const page = await retried(() => this.world.sfn.send(command), this.world);
      names.push(...(page.executions ?? []).map(({ name }) => name ?? ''));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names;
  }

  private async start(name: string, input: string): Promise<void> {
    const command = new StartExecutionCommand({ stateMachineArn: this.world.releaseMachine, name, input });
    try {
      await retried(() => this.world.sfn.send(command), this.world);
    } catch (error) {
      if (nameOf(error) !== 'ExecutionAlreadyExists') {
        throw error;
      }
    }
  }
}

function inputOf(endpoint: string, releaseId: string): string {
  return JSON.stringify({ endpoint, releaseId });
}
