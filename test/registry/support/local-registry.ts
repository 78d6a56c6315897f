import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Caller } from './callers';
import { gatewayEvent } from './gateway';
import { RegistryBench } from './registry-bench';
import { accessKeyOf, Credentials, signatureProblem, WireRequest } from './signature';
import { RegistryAddress, Right, ROUTES } from '../../../lib/registry/runtime/contract';
import { registryApi } from '../../../lib/registry/runtime/registry-api';

/** What a local registry is made from. */
export interface LocalRegistryOptions {
  readonly bench?: RegistryBench;
  /** What IAM lets a caller do; all, if nothing is said. */
  readonly rights?: (caller: Caller) => readonly Right[];
  /** Looks at every request first; an answer of its own stands for a gateway or a network that misbehaves. */
  readonly instead?: (request: WireRequest) => WireAnswer | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry over HTTP on this machine: the real handler behind what stands for API Gateway and IAM. */
export class LocalRegistry {
  public readonly bench: RegistryBench;
  /** Every request that came in, in order. */
  public readonly requests: WireRequest[] = [];
  /** Why requests were turned away before the handler saw them: nobody tells the caller. */
  public readonly rejections: string[] = [];
  private readonly known = new Map<string, { readonly caller: Caller; readonly credentials: Credentials }>();
  private readonly handle: ReturnType<typeof registryApi>;

  constructor(private readonly server: Server, private readonly options: LocalRegistryOptions) {
    this.bench = options.bench ?? new RegistryBench();
    this.handle = registryApi(this.bench.world('local'));
    server.on('request', (request, response) => {
      void this.answer(request).then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      }).catch((error: unknown) => { response.destroy(error instanceof Error ? error : undefined); });
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public get region(): string {
    return this.bench.settings.region;
  }

  /** What the SSM parameter would hold. */
  public get address(): RegistryAddress {
    const { artifactBucket, environment } = this.bench.settings;
    return { url: this.url, region: this.region, auditBucket: 'audit-copies-111122223333', artifactBucket, environment };
  }

  /** Credentials with which requests are those of this caller. */
  public credentials(caller: Caller): Credentials {
    const credentials = {
      accessKeyId: caller.accessKey,
      secretAccessKey: `secret-of-${caller.userArn}`,
      ...(caller.accessKey.startsWith('ASIA') ? { sessionToken: `token-of-${caller.userArn}` } : {}),
    };
    this.known.set(credentials.accessKeyId, { caller, credentials });
    return credentials;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
  }

  private async answer(incoming: IncomingMessage): Promise<WireAnswer> {
    const request = await received(incoming);
    this.requests.push(request);
    const instead = this.options.instead?.(request);
    if (instead !== undefined) {
      return instead;
    }
    const json = { 'content-type': 'application/json' };
    const signer = this.known.get(accessKeyOf(request) ?? '');
    const event = gatewayEvent(request, signer?.caller) as { routeKey: string } | undefined;
    if (event === undefined) {
      return { status: 404, headers: json, body: '{"message":"Not Found"}' };
    }
    const problem = signer === undefined ? 'nobody has this access key' : await signatureProblem(request, signer.credentials, this.region)
      ?? this.rightProblem(signer.caller, event.routeKey);
    if (problem !== undefined) {
      this.rejections.push(problem);
      return { status: 403, headers: json, body: '{"message":"Forbidden"}' };
    }
    const { statusCode, headers, body } = await this.handle(event);
    return { status: statusCode, headers, body };
  }

  private rightProblem(caller: Caller, routeKey: string): string | undefined {
    const right = ROUTES.find(({ method, path }) => routeKey === `${method} ${path}`)?.right;
    return right !== undefined && this.options.rights?.(caller).includes(right) === false ? `${caller.userArn} may not ${right}` : undefined;
  }
}

/** Listens on a port of its own. Stop it when the test is over. */
export async function startLocalRegistry(options: LocalRegistryOptions = {}): Promise<LocalRegistry> {
  const server = createServer();
  const registry = new LocalRegistry(server, options);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return registry;
}

async function received(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]));
  return { method: incoming.method ?? '', target: incoming.url ?? '', headers, body: Buffer.concat(chunks).toString() };
}
