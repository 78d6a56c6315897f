/** Something that happens at a time. */
export interface Timer {
  readonly time: number;
  readonly sequence: number;
  cancelled: boolean;
  readonly act: () => void;
}

// taken now: a test may replace the global ones by fakes
const nextTurn = setImmediate;

/**
 * Time that moves only when nothing is left to do: timers in the order of their time, and of their making where that is the
 * same. Nothing waits for real time, and the same plan gives the same order on every machine.
 */
export class VirtualClock {
  /** How many timers have run. */
  public steps = 0;
  private readonly heap: Timer[] = [];
  private sequence = 0;

  /** @param now milliseconds since 1970 */
  constructor(private time: number) {}

  public get now(): number {
    return this.time;
  }

  public get idle(): boolean {
    return this.heap.every(({ cancelled }) => cancelled);
  }

  /** Runs `act` so many milliseconds from now. */
  public after(milliseconds: number, act: () => void): Timer {
    const delay = Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
    const timer: Timer = { time: this.time + delay, sequence: this.sequence++, cancelled: false, act };
    this.push(timer);
    return timer;
  }

  public cancel(timer: Timer | undefined): void {
    if (timer !== undefined) {
      timer.cancelled = true;
    }
  }

  public async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => { this.after(milliseconds, resolve); });
  }

  /** Runs the next timer and everything that follows from it at once. Answers whether there was one. */
  public async step(): Promise<boolean> {
    for (let timer = this.pop(); timer !== undefined; timer = this.pop()) {
      if (!timer.cancelled) {
        this.time = timer.time;
        this.steps++;
        timer.act();
        await this.settle();
        return true;
      }
    }
    return false;
  }

  /** Lets every promise that can go on go on: all microtasks run before the next turn of the event loop. */
  public async settle(): Promise<void> {
    await new Promise<void>((resolve) => { nextTurn(resolve); });
  }

  private push(timer: Timer): void {
    const { heap } = this;
    heap.push(timer);
    for (let at = heap.length - 1; at > 0;) {
      const parent = Math.floor((at - 1) / 2);
      if (!before(heap[at], heap[parent])) {
        return;
      }
      [heap[at], heap[parent]] = [heap[parent], heap[at]];
      at = parent;
    }
  }

  private pop(): Timer | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) {
      return first;
    }
    heap[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && before(heap[left], heap[least])) {
        least = left;
      }
      if (right < heap.length && before(heap[right], heap[least])) {
        least = right;
      }
      if (least === at) {
        return first;
      }
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }
}

function before(one: Timer, other: Timer): boolean {
  return one.time !== other.time ? one.time < other.time : one.sequence < other.sequence;
}
