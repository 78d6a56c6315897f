const MODULUS = 2_147_483_647;

/** Numbers that look random and are the same for the same seed: the minimal standard generator of Park and Miller. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // neighbouring seeds would begin alike
    this.state = 1 + Math.abs(Math.floor(seed) * 69_621 + 12_345) % (MODULUS - 1);
    this.next();
    this.next();
  }

  /** At least 0, below 1. */
  public next(): number {
    this.state = this.state * 48_271 % MODULUS;
    return (this.state - 1) / (MODULUS - 1);
  }

  /** A whole number from `low` to `high`, both possible. */
  public between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  public of<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)];
  }

  public bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.between(0, 255));
  }

  public uuid(): string {
    const digits = (count: number, of = '0123456789abcdef') => Array.from({ length: count }, () => of[this.between(0, of.length - 1)]).join('');
    return `${digits(8)}-${digits(4)}-4${digits(3)}-${digits(1, '89ab')}${digits(3)}-${digits(12)}`;
  }
}
