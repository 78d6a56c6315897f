import * as z from 'zod';
import { ApiWhereabouts } from './api-options';
import { AwsAccess } from './aws-access';
import { checkedUrl } from './checked-url';
import { usage } from './failure';
import { AddressKind, addressInParameter, addressInStack } from './find-address';
import { Region } from './registry-address';
import { API_ADDRESS_OUTPUT, API_PARAMETER_PREFIX, clientParameterName, DEFAULT_API_NAME } from '../../lib/api/runtime/contract';

/** `InferenceApiAddress`, as somebody wrote it down. */
const Address = z.looseObject({
  name: z.string(),
  url: z.string(),
  auth: z.enum(['cognito', 'iam']),
  region: Region,
  userPoolId: z.string().optional(),
  tokenUrl: z.string().optional(),
  routes: z.array(z.string()),
});
/** `InferenceApiClientAddress`. */
const Client = z.looseObject({ kind: z.enum(['machine', 'web']), clientId: z.string(), apiKeyId: z.string(), scopes: z.array(z.string()) });
export type FoundClient = z.output<typeof Client>;

const API: AddressKind<z.output<typeof Address>> = {
  noun: 'inference API', code: 'NO_API', output: API_ADDRESS_OUTPUT, schema: Address, alsoCheck: 'and the name (--api)',
};
const CLIENT: AddressKind<FoundClient> = {
  noun: 'client', code: 'NO_CLIENT', output: '', schema: Client, alsoCheck: 'and the name of the client (--client)',
};

/** Where an API is; of one that was named by its URL, no more is known than that. */
export interface FoundApi {
  readonly url: string;
  readonly tokenUrl?: string;
  readonly foundBy: string;
  /** What its address says. */
  readonly address?: z.output<typeof Address>;
}

/** Finds the API. The first of these that the command line has: `--url`, `--stack`, `--parameter`, and else its name. */
export async function findApi(aws: AwsAccess, asked: ApiWhereabouts): Promise<FoundApi> {
  if ([asked.url, asked.stack, asked.parameter, asked.api].filter((way) => way !== undefined).length > 1) {
    throw usage('--url, --stack, --parameter and --api each name the API; give one of them');
  }
  if (asked.tokenUrl !== undefined && asked.url === undefined) {
    throw usage('--token-url goes with --url; otherwise the address of the API says where its tokens are');
  }
  if (asked.url !== undefined) {
    const tokenUrl = asked.tokenUrl === undefined ? {} : { tokenUrl: checkedUrl(asked.tokenUrl, '--token-url') };
    return { url: checkedUrl(asked.url, '--url'), foundBy: '--url', ...tokenUrl };
  }
  const { address, foundBy } = asked.stack === undefined
    ? await addressInParameter(aws, asked.parameter ?? `${API_PARAMETER_PREFIX}${asked.api ?? DEFAULT_API_NAME}`, API)
    : await addressInStack(aws, asked.stack, API);
  const tokenUrl = address.tokenUrl === undefined ? {} : { tokenUrl: checkedUrl(address.tokenUrl, foundBy) };
  return { url: checkedUrl(address.url, foundBy), foundBy, address, ...tokenUrl };
}

/** A client of an API that was found by its address. */
export async function findClient(aws: AwsAccess, { address, foundBy }: FoundApi, name: string): Promise<FoundClient> {
  if (address === undefined) {
    throw usage(`the API was named by ${foundBy}, which does not say who its clients are; give --client-id, or name the API in another way`);
  }
  const { address: client } = await addressInParameter(aws, clientParameterName(address.name, name), CLIENT);
  if (client.kind === 'web') {
    throw usage(`${name} is a client for people, who sign in for their tokens; name one for programs (addClient)`);
  }
  return client;
}
