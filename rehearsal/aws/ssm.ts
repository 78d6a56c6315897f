import { AwsError } from './error';
import { BusEvent } from './events';
import { Place } from '../template/place';

/**
 * Parameter Store: values by name, and an event for each change, as good as it can.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
 */
export class Ssm {
  public readonly values = new Map<string, string>();

  constructor(private readonly emit: (event: BusEvent) => void, private readonly place: Place) {}

  public act(operation: string, input: Readonly<Record<string, unknown>>): unknown {
    const name = String(input.Name);
    switch (operation) {
      case 'GetParameter':
        if (!this.values.has(name)) {
          throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
        }
        return { Parameter: { Name: name, Value: this.values.get(name), Type: 'String', Version: 1 } };
      case 'PutParameter':
        if (this.values.has(name) && input.Overwrite !== true) {
          throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
        }
        this.set(name, String(input.Value));
        return { Version: 1, Tier: 'Standard' };
      default: throw new Error(`the simulated Parameter Store knows no ${operation}`);
    }
  }

  public set(name: string, value: string): void {
    const operation = this.values.has(name) ? 'Update' : 'Create';
    this.values.set(name, value);
    this.tell(name, operation);
  }

  public delete(name: string): void {
    this.values.delete(name);
    this.tell(name, 'Delete');
  }

  private tell(name: string, operation: string): void {
    this.emit({
      'source': 'aws.ssm',
      'detail-type': 'Parameter Store Change',
      'resources': [`arn:aws:ssm:${this.place.region}:${this.place.account}:parameter/${name.replace(/^\//, '')}`],
      'detail': { operation, name, type: 'String', description: '' },
    });
  }
}
