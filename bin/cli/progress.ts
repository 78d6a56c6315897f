import { printable } from './printable';
import { World } from './world';

const QUIET_MS = 2_000;
const TTY_EVERY_MS = 500;
// a log of a pipeline is read later: a line now and then is enough
const LOG_EVERY_MS = 15_000;

/** Says on stderr what takes so long, and says nothing of what is done in two seconds. */
export class Progress {
  private readonly begun = Date.now();
  private readonly timer: NodeJS.Timeout;
  private said = 0;
  private detail = '';

  constructor(private readonly world: World, private readonly what: string) {
    this.timer = setInterval(() => this.tick(), TTY_EVERY_MS);
    this.timer.unref();
  }

  /** How far it is, such as `43 % of 5.0 GB`. */
  public update(detail: string): void {
    this.detail = detail;
  }

  public end(): void {
    clearInterval(this.timer);
    if (this.said > 0 && this.world.err.isTTY) {
      this.world.err.write('\r\u001b[K');
    }
  }

  private tick(): void {
    const now = Date.now();
    const tty = this.world.err.isTTY;
    if (now - this.begun < QUIET_MS || (!tty && this.said > 0 && now - this.said < LOG_EVERY_MS)) {
      return;
    }
    this.said = now;
    const line = printable(`${this.what} … ${[this.detail, `${Math.round((now - this.begun) / 1000)} s`].filter(Boolean).join(', ')}`);
    // of a line that the terminal breaks, only the last piece would be taken back
    const { columns = line.length + 1 } = this.world.err;
    this.world.err.write(tty ? `\r\u001b[K${line.slice(0, Math.max(0, columns - 1))}` : `${line}\n`);
  }
}

/** Does something, and says so if it takes long. */
export async function withProgress<T>(world: World, what: string, act: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = new Progress(world, what);
  try {
    return await act(progress);
  } finally {
    progress.end();
  }
}

/** `1.2 GB`, in powers of ten as S3's prices are. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
