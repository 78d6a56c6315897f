import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';

/** What reached the address that CloudFormation waits at. */
export interface Received {
  readonly method?: string;
  readonly contentType?: string;
  readonly body: string;
}

/** A real HTTP server in place of CloudFormation's response address. */
export class ResponseServer {
  public static async start(statuses: readonly number[] = []): Promise<ResponseServer> {
    const received: Received[] = [];
    const server = createServer((incoming, outgoing) => {
      void read(incoming).then((body) => {
        received.push({ method: incoming.method, contentType: incoming.headers['content-type'], body });
        outgoing.writeHead(statuses[received.length - 1] ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return new ResponseServer(server, received);
  }

  public readonly url: string;

  private constructor(private readonly server: Server, public readonly received: Received[]) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`;
  }

  /** The last answer, as CloudFormation reads it. */
  public answer(): Record<string, string> {
    return JSON.parse(this.received[this.received.length - 1].body) as Record<string, string>;
  }

  public stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(() => resolve()); });
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
