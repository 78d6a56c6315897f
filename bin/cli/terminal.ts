import Table from 'cli-table3';
import { cell, printable, printableJson, printableLines } from './printable';
import { World } from './world';

/** A column of a table: what its head says, and what it shows of a row. */
export interface Column<Row> {
  readonly head: string;
  readonly of: (row: Row) => unknown;
  readonly right?: boolean;
}

const NO_FRAME = {
  'top': '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  'bottom': '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  'left': '',
  'left-mid': '',
  'mid': '',
  'mid-mid': '',
  'right': '',
  'right-mid': '',
  'middle': '  ',
};

// the time that the library takes grows faster than its rows: 4,000 at once are ten seconds
const ROWS_UNDER_A_HEAD = 250;

/** The only way to the reader's terminal: whatever passes here can be printed. */
export class Terminal {
  private readonly colour: boolean;

  constructor(private readonly world: World) {
    const { NO_COLOR, TERM } = world.env;
    // https://no-color.org: set and not empty
    this.colour = world.out.isTTY && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  }

  /** A line for people. */
  public say(line: string): void {
    this.world.out.write(`${printable(line)}\n`);
  }

  /** A line that is not the result: a warning, a hint, a question. */
  public note(line: string): void {
    this.world.err.write(`${printable(line)}\n`);
  }

  /** What somebody else wrote, as the result: for a program as it came, for a reader so that it does nothing to the terminal. */
  public answer(text: string): void {
    const { out } = this.world;
    out.write(out.isTTY ? `${printableLines(text.replace(/\r?\n$/, ''))}\n` : text);
  }

  public json(value: unknown): void {
    this.world.out.write(`${printableJson(value, 2)}\n`);
  }

  /** Rows under heads, which are repeated now and then; or a sentence if there are none. */
  public table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], none: string): void {
    if (rows.length === 0) {
      this.say(none);
      return;
    }
    for (let start = 0; start < rows.length; start += ROWS_UNDER_A_HEAD) {
      const table = new Table({
        head: columns.map(({ head }) => this.bold(printable(head))),
        colAligns: columns.map(({ right }) => right === true ? 'right' : 'left'),
        chars: NO_FRAME,
        style: { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 },
      });
      table.push(...rows.slice(start, start + ROWS_UNDER_A_HEAD).map((row) => columns.map(({ of }) => cell(of(row)))));
      this.world.out.write(`${withoutTail(table.toString())}\n`);
    }
  }

  /** Names and values, a line each; what is not there is left out. */
  public facts(facts: Readonly<Record<string, unknown>>): void {
    const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '');
    const width = Math.max(0, ...known.map(([name]) => name.length));
    for (const [name, value] of known) {
      // printable first: the escapes for bold are ours
      this.world.out.write(`${this.bold(printable(name).padEnd(width))}  ${printable(String(value))}\n`);
    }
  }

  private bold(text: string): string {
    return this.colour ? `\u001b[1m${text}\u001b[22m` : text;
  }
}

/** Without the spaces that fill the last column: lines are copied and compared. */
function withoutTail(table: string): string {
  return table.split('\n').map((line) => line.trimEnd()).join('\n');
}
