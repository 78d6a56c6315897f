import { createRequire } from 'node:module';
import { Random } from '../random';

/** A call that a bundle makes: `client.send(new XCommand(input))`. */
export type Send = (service: string, operation: string, input: unknown) => Promise<unknown>;

const nodeRequire = createRequire(__filename);
/** Of Node's own modules, what would reach a network. */
const NETWORK = ['dgram', 'net', 'tls', 'http2', 'child_process', 'worker_threads', 'cluster', 'dns'];
const HTTP = ['http', 'https'];
const SDK = /^@aws-sdk\/(?:client-(.+)|lib-dynamodb)$/;

/** What a bundle may `require`: Node's own modules without a network, and the AWS SDK as the simulation has it. */
export function requireFor(send: Send, random: Random): (name: string) => unknown {
  const made = new Map<string, unknown>();
  return (asked: string) => {
    const name = asked.replace(/^node:/, '');
    if (!made.has(name)) {
      made.set(name, moduleFor(name, send, random));
    }
    return made.get(name);
  };
}

function moduleFor(name: string, send: Send, random: Random): unknown {
  const sdk = SDK.exec(name);
  if (sdk !== null) {
    return sdkModule(sdk[1] ?? 'dynamodb', send);
  }
  if (NETWORK.includes(name)) {
    return new Proxy({}, { get: (_module, what) => refusing(`${name}.${String(what)}`) });
  }
  const real = nodeRequire(`node:${name}`) as object;
  if (HTTP.includes(name)) {
    return overlaid(real, { request: refusing(`${name}.request`), get: refusing(`${name}.get`) });
  }
  if (name === 'async_hooks') {
    // X-Ray, which has nobody to send to here, would switch on hooks for each promise of the whole process
    const hook = { enable: () => hook, disable: () => hook };
    return overlaid(real, { createHook: () => hook });
  }
  if (name === 'crypto') {
    return overlaid(real, {
      randomUUID: () => random.uuid(),
      randomBytes: (count: number) => Buffer.from(random.bytes(count)),
    });
  }
  return real;
}

/**
 * `XClient`, `XCommand`, and an error class for every other name that ends as one. A bundle copies the module's own properties
 * and looks the others up in its prototype, so they are made there when they are asked for.
 */
function sdkModule(service: string, send: Send): unknown {
  const made = new Map<string, unknown>();
  const lazy = new Proxy({}, {
    get: (_module, name) => {
      if (typeof name !== 'string' || name === '__esModule' || name === 'default' || name === 'then') {
        return undefined;
      }
      if (!made.has(name)) {
        made.set(name, sdkExport(service, name, send));
      }
      return made.get(name);
    },
    has: () => true,
  });
  return Object.create(lazy) as unknown;
}

function sdkExport(service: string, name: string, send: Send): unknown {
  if (name === 'DynamoDBDocumentClient') {
    return { from: (client: unknown) => client };
  }
  if (name.endsWith('Client')) {
    return class {
      public readonly config = {};
      public readonly middlewareStack = { add: () => undefined, addRelativeTo: () => undefined, use: () => undefined };
      public send(command: { readonly operation: string; readonly input: unknown }): Promise<unknown> {
        return send(service, command.operation, command.input);
      }
      public destroy(): void { /* nothing is open */ }
    };
  }
  if (name.endsWith('Command')) {
    const operation = operationOf(service, name.slice(0, -'Command'.length));
    return class {
      public readonly operation = operation;
      constructor(public readonly input: unknown = {}) {}
    };
  }
  if (/(Exception|Error|Failure|Failed|Fault)$/.test(name)) {
    return class extends Error {};
  }
  throw new Error(`the rehearsal knows of @aws-sdk/${service} only clients, commands and errors, and the bundle asks for ${name}`);
}

/** The document client's commands have names of their own. */
const DOCUMENT: Readonly<Record<string, string>> = {
  Get: 'GetItem', Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', BatchGet: 'BatchGetItem', TransactWrite: 'TransactWriteItems',
};

function operationOf(service: string, name: string): string {
  return service === 'dynamodb' ? DOCUMENT[name] ?? name : name;
}

/** What is real, with some of it replaced. Some of what is replaced cannot be assigned to. */
export function overlaid(real: object, instead: object): object {
  return Object.create(real, Object.getOwnPropertyDescriptors(instead)) as object;
}

function refusing(what: string): () => never {
  return () => {
    throw new Error(`${what} would leave the rehearsal: nothing in it reaches a network`);
  };
}
