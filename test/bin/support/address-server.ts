import { Answered, Arrived, WebServer } from './web-server';

/** SSM parameters and CloudFormation stacks, over HTTP: where registries are found. */
export class AddressServer {
  public static async start(): Promise<AddressServer> {
    const addresses = new AddressServer();
    addresses.server = await WebServer.start((request) => addresses.answer(request));
    return addresses;
  }

  public readonly parameters = new Map<string, string>();
  public readonly stacks = new Map<string, Readonly<Record<string, string>>>();
  /** Answers instead. */
  public instead?: Answered;
  private server?: WebServer;

  public get url(): string {
    return this.server!.url;
  }

  public async stop(): Promise<void> {
    await this.server?.stop();
  }

  private answer({ headers, body }: Arrived): Answered {
    if (this.instead !== undefined) {
      return this.instead;
    }
    return headers['x-amz-target'] === undefined ? this.stack(new URLSearchParams(body.toString()).get('StackName') ?? '')
      : this.parameter((JSON.parse(body.toString()) as { Name: string }).Name);
  }

  private parameter(name: string): Answered {
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    const value = this.parameters.get(name);
    return value === undefined ? { status: 400, headers, body: '{"__type":"ParameterNotFound"}' }
      : { status: 200, headers, body: JSON.stringify({ Parameter: { Name: name, Type: 'String', Value: value } }) };
  }

  private stack(name: string): Answered {
    const headers = { 'content-type': 'text/xml' };
    const outputs = this.stacks.get(name);
    if (outputs === undefined) {
      const message = `Stack with id ${name} does not exist`;
      return { status: 400, headers, body: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>` };
    }
    const members = Object.entries(outputs).map(([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('"', '&quot;')}</OutputValue></member>`);
    const stack = `<member><StackName>${name}</StackName><Outputs>${members.join('')}</Outputs></member>`;
    const result = `<DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult>`;
    return { status: 200, headers, body: `<DescribeStacksResponse>${result}</DescribeStacksResponse>` };
  }
}
