import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What is answered; `cut` closes the connection without an answer. */
export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
export type Reply = Answered | 'cut';
type Replying = (request: Arrived) => Reply | Promise<Reply>;

/** A server on this machine. */
export class WebServer {
  public static async start(reply: Replying): Promise<WebServer> {
    const server = createServer((request, response) => void answer(request, response, reply));
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return new WebServer(server);
  }

  public readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => { this.server.close(() => resolve()); });
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, reply: Replying): Promise<void> {
  const { method = '', url = '/', headers } = request;
  const arrived = { method, url: new URL(url, 'http://127.0.0.1'), headers, body: await buffer(request) };
  const given = await reply(arrived);
  if (given === 'cut') {
    request.socket.destroy();
    return;
  }
  response.writeHead(given.status, given.headers ?? {});
  response.end(given.body ?? '');
}
