import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { motoEnvironment } from './moto';
import { bundleHandlers, licencesOfHandlers, writeBundles } from '../../../tools/bundle-handlers';

const ROOT = join(__dirname, '..', '..', '..');
const HANDLERS = join(ROOT, 'handlers');
/** As much of Lambda as a handler sees. */
const HOST = `
  const { handler } = require(process.argv[1]);
  process.on('message', ({ number, event }) => handler(event, { awsRequestId: 'request-' + number })
    .then((answer) => process.send({ number, answer }), (error) => process.send({ number, problem: String(error) })));
  process.send('ready');
`;

interface Pending { resolve(answer: unknown): void; reject(error: Error): void }
interface Said { readonly number: number; readonly answer?: unknown; readonly problem?: string }

/** A bundle as it ships, in a process of its own that takes moto for AWS. */
export class BundleProcess {
  /** Bundles the handlers, which gives the same bytes each time, and starts one. */
  public static async start(name: string, environment: Readonly<Record<string, string>>): Promise<BundleProcess> {
    const bundles = bundleHandlers(ROOT);
    writeBundles(bundles, HANDLERS, licencesOfHandlers(ROOT, bundles));
    return BundleProcess.another(name, environment);
  }

  /** One more, after one was started. */
  public static async another(name: string, environment: Readonly<Record<string, string>>): Promise<BundleProcess> {
    const child = spawn(process.execPath, ['-e', HOST, join(HANDLERS, name, 'index.js')], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...motoEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const bundle = new BundleProcess(child);
    await Promise.race([once(child, 'message'), once(child, 'exit').then(() => { throw new Error(`${name} did not start: ${bundle.errors}`); })]);
    child.on('message', (said: Said) => { bundle.hear(said); });
    return bundle;
  }

  private output = '';
  private errors = '';
  private asked = 0;
  private readonly pending = new Map<number, Pending>();

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => { this.output += data.toString(); });
    child.stderr?.on('data', (data: Buffer) => { this.errors += data.toString(); });
    child.on('exit', () => {
      this.pending.forEach(({ reject }) => { reject(new Error(`the handler's process ended: ${this.errors}`)); });
    });
  }

  /** What it wrote to its log so far, one object for each line of JSON: audit lines, metrics, the logger's lines. */
  public get lines(): Readonly<Record<string, unknown>>[] {
    return this.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  public async handle(event: unknown): Promise<unknown> {
    const number = this.asked++;
    const answer = new Promise((resolve, reject) => { this.pending.set(number, { resolve, reject }); });
    this.child.send({ number, event });
    return answer;
  }

  public async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }

  private hear({ number, answer, problem }: Said): void {
    const pending = this.pending.get(number);
    this.pending.delete(number);
    if (problem === undefined) {
      pending?.resolve(answer);
    } else {
      pending?.reject(new Error(problem));
    }
  }
}
