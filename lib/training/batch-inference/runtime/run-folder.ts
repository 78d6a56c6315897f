import { FAILURES, RESULTS, RUNS } from './contract';
import { InferenceSettings } from './inference-settings';

/** Where everything of a run lies. Whoever computes a key does it here, so that no two spellings exist. */
export class RunFolder {
  private readonly folder: string;

  constructor(private readonly settings: InferenceSettings, public readonly run: string, private readonly attempt: string) {
    this.folder = `${settings.outputPrefix}${RUNS}${run}/`;
  }

  /** What the run is: written once, by its first attempt. */
  public get record(): string {
    return `${this.folder}run.json`;
  }

  /** The inputs of the run. By attempt, because two first attempts at once list for themselves and only one is recorded. */
  public inputs(page: number): string {
    return `${this.folder}inputs/${this.attempt}/${numbered(page)}.jsonl`;
  }

  public get items(): string {
    return `${this.ofAttempt}items.json`;
  }

  public work(job: string): string {
    return `${this.ofAttempt}work/${job}.jsonl`;
  }

  /** Step Functions puts a folder and `manifest.json` behind it. */
  public get map(): string {
    return `${this.ofAttempt}map`;
  }

  public get failed(): string {
    return `${this.ofAttempt}failed.jsonl`;
  }

  public get report(): string {
    return `${this.ofAttempt}report.json`;
  }

  /** Where a job says what it could not do. */
  public failures(job: string): string {
    return `${this.settings.outputPrefix}${FAILURES}${this.run}/${this.attempt}/${job}.jsonl`;
  }

  public get results(): string {
    return `${this.settings.outputPrefix}${RESULTS}${this.run}/`;
  }

  /** The one place for the output of an input: the same in every attempt, another in every run. */
  public output(inputKey: string): string {
    return `${this.results}${inputKey.slice(this.settings.inputPrefix.length)}${this.settings.outputSuffix}`;
  }

  public uri(key: string): string {
    return `s3://${this.settings.outputBucket}/${key}`;
  }

  private get ofAttempt(): string {
    return `${this.folder}attempts/${this.attempt}/`;
  }
}

/** So that text order is number order. */
export function numbered(number: number): string {
  return String(number).padStart(6, '0');
}
