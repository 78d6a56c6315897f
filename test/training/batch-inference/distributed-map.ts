import { LocalMachine, ran, Task } from './local-stepfunctions';
import { FakeS3 } from '../../registry/support/fake-s3';

/** A map state in distributed mode, as far as ours goes. */
export interface MapState {
  readonly ItemReader: { readonly Parameters: { readonly 'Bucket': string; readonly 'Key.$': string } };
  readonly ResultWriter: { readonly Parameters: { readonly 'Bucket': string; readonly 'Prefix.$': string } };
  readonly ToleratedFailurePercentage: number;
  readonly MaxConcurrency: number;
}

interface Child {
  readonly Input: string;
  readonly Status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'PENDING';
  readonly Output?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

const MAP_RUN = 'ad9b5f27-090b-3ac6-9beb-243cd77144a7';

/**
 * A stand-in for AWS's distributed map, which no emulator here has: it reads items from S3, runs the item processor of the
 * synthesized definition with the local Step Functions, stops when more items failed than tolerated, and writes the files of the
 * result writer as AWS documents them. Items that run beside the one too many are stopped.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html, ToleratedFailurePercentage
 */
export async function runMap(
  state: MapState, processor: LocalMachine, input: unknown, s3: FakeS3, tasks: Readonly<Record<string, Task>>,
): Promise<unknown> {
  const { Bucket: bucket } = state.ItemReader.Parameters;
  const items = JSON.parse(s3.objects.get(`${bucket}/${at(input, state.ItemReader.Parameters['Key.$'])}`)!.body) as object[];
  const children: Child[] = [];
  const tooMany = () => (100 * children.filter(({ Status }) => Status === 'FAILED').length) / items.length > state.ToleratedFailurePercentage;
  for (let from = 0; from < items.length && !tooMany(); from += state.MaxConcurrency) {
    for (const item of items.slice(from, from + state.MaxConcurrency)) {
      children.push(tooMany() ? { Input: JSON.stringify(item), Status: 'ABORTED' } : await runItem(processor, item, tasks));
    }
  }
  children.push(...items.slice(children.length).map((item): Child => ({ Input: JSON.stringify(item), Status: 'PENDING' })));
  const key = writeResults(children, bucket, at(input, state.ResultWriter.Parameters['Prefix.$']), s3);
  if (tooMany()) {
    throw named('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');
  }
  return { MapRunArn: `arn:aws:states:eu-west-1:111122223333:mapRun:machine/Infer:${MAP_RUN}`, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

async function runItem(processor: LocalMachine, item: object, tasks: Readonly<Record<string, Task>>): Promise<Child> {
  const Input = JSON.stringify(item);
  const { output, error, cause } = await ran(processor, item, tasks);
  return error === undefined ? { Input, Status: 'SUCCEEDED', Output: JSON.stringify(output) } : { Input, Status: 'FAILED', Error: error, Cause: cause };
}

function writeResults(children: readonly Child[], bucket: string, prefix: string, s3: FakeS3): string {
  const folder = `${prefix}/${MAP_RUN}`;
  const file = (name: string, statuses: readonly Child['Status'][]) => {
    const some = children.filter(({ Status }) => statuses.includes(Status));
    if (some.length === 0) {
      return [];
    }
    const body = JSON.stringify(some.map((child, place) => ({
      ExecutionArn: `arn:aws:states:eu-west-1:111122223333:execution:machine/Infer:${place}`,
      InputDetails: { Included: true },
      Name: String(place),
      RedriveCount: 0,
      StartDate: '2026-11-28T22:00:00.099Z',
      StateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:machine/Infer',
      ...child,
    })));
    s3.objects.set(`${bucket}/${folder}/${name}_0.json`, { body });
    return [{ Key: `${folder}/${name}_0.json`, Size: body.length }];
  };
  const ResultFiles = { FAILED: file('FAILED', ['FAILED', 'ABORTED']), PENDING: file('PENDING', ['PENDING']), SUCCEEDED: file('SUCCEEDED', ['SUCCEEDED']) };
  s3.objects.set(`${bucket}/${folder}/manifest.json`, { body: JSON.stringify({ DestinationBucket: bucket, MapRunArn: MAP_RUN, ResultFiles }) });
  return `${folder}/manifest.json`;
}

/** A path of plain names, as in `$.plan.itemsKey`. */
function at(input: unknown, path: string): string {
  return String(path.split('.').slice(1).reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], input));
}

/** An error as a state machine sees it. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
