import { AwsError, validation } from './error';
import { Switches } from '../switches';

type Input = Readonly<Record<string, unknown>>;
interface Made { readonly name: string; readonly createdAt: number; readonly status?: string }
interface Tagged { readonly name: string; readonly input: Input }
interface Serving { readonly name: string; readonly configName: string; readonly pendingConfig?: string }

const FEWEST = 10;

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html: newest first, 10 a page unless told */
export function listed(
  kind: 'Model' | 'EndpointConfig' | 'Endpoint', all: ReadonlyMap<string, Made>, { NameContains, NextToken, MaxResults }: Input,
  arn: (name: string) => string,
): unknown {
  const [start, size] = [Number(NextToken ?? 0), Number(MaxResults ?? FEWEST)];
  const items = [...all.values()].filter(({ name }) => name.toLowerCase().includes(String(NameContains ?? '').toLowerCase()))
    .sort((one, other) => other.createdAt - one.createdAt)
    .map(({ name, createdAt, status }) => ({
      [`${kind}Name`]: name,
      [`${kind}Arn`]: arn(name),
      CreationTime: new Date(createdAt),
      ...(status === undefined ? {} : { EndpointStatus: status }),
    }));
  const next = start + size;
  return { [`${kind}s`]: items.slice(start, next), ...(next < items.length ? { NextToken: String(next) } : {}) };
}

/** ARNs are in lower case. */
export function tagsOf(arn: string, configs: ReadonlyMap<string, Tagged>, models: ReadonlyMap<string, Tagged>): unknown {
  const [kind, name] = arn.split(':')[5]?.split('/') ?? [];
  const one = [...(kind === 'model' ? models : configs).values()].find((each) => each.name.toLowerCase() === name);
  if (one === undefined) {
    throw new AwsError('ValidationException', `Could not find ${kind} "${arn}".`);
  }
  return { Tags: one.input.Tags ?? [] };
}

/**
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html says that one in use must not be
 * deleted, and not that it cannot be.
 */
export function deletion(config: string, endpoints: Iterable<Serving>, { configInUse }: Switches): void {
  const user = [...endpoints].find(({ configName, pendingConfig }) => [configName, pendingConfig].includes(config));
  if (user !== undefined && configInUse === 'refused') {
    throw validation(`Cannot delete endpoint configuration "${config}": endpoint ${user.name} uses it`);
  }
}
