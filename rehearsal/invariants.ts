import { Written } from './aws/dynamodb/fake-dynamodb';
import { SageMaker, SimulatedEndpoint, Slot } from './aws/sagemaker';

/** What the controller's store says of an endpoint, as far as invariants and timelines need it. */
export interface HeadSeen {
  readonly rev: number;
  readonly auditSequence: number;
  readonly stable?: { readonly configName: string; readonly modelName: string };
  readonly release?: {
    readonly releaseId: string;
    readonly kind: string;
    readonly revision: number;
    readonly state: string;
    readonly stage: number;
    readonly startedAt: number;
    readonly endedAt?: number;
    readonly outcome?: string;
    readonly reason?: string;
    readonly latch?: { readonly cause: string; readonly reason: string; readonly at: number };
    readonly restoredAt?: number;
    readonly lockedSeconds?: number;
    readonly previous?: { readonly configName: string; readonly modelName: string };
    readonly verdict?: { readonly verdict: string; readonly reason: string };
  };
}

const LIVE = ['PENDING', 'RUNNING', 'HOLDING', 'PAUSED', 'ROLLING_BACK', 'WATCHING'];
export const ENDS = ['SUCCEEDED', 'ROLLED_BACK', 'ABORTED', 'HALTED'];
const RESTORE_SECONDS = 300;

export function isLive(head: HeadSeen | undefined): boolean {
  return head?.release !== undefined && LIVE.includes(head.release.state);
}

/** I1 to I6 of the fault cases, looked at after every step that can break one. */
export class Invariants {
  public readonly broken: string[] = [];
  /** Releases on whose way back no instance of the version before was left: the five minutes are promised while it is warm. */
  private readonly cold = new Set<string>();

  constructor(
    private readonly sagemaker: SageMaker, private readonly heads: () => ReadonlyMap<string, HeadSeen>,
    private readonly minutes: () => string, private readonly auditTable: string,
    private readonly outageSeconds: (from: number, to: number) => number = () => 0,
  ) {}

  /** I1: weights never add up to zero, and none belongs to a variant that is not in service. */
  public endpointChanged({ name, status, slots }: SimulatedEndpoint): void {
    if (slots.length === 0 || status === 'Deleting') {
      return;
    }
    this.noteCold(name, slots);
    if (slots.every(({ currentWeight }) => currentWeight <= 0) || slots.every(({ desiredWeight }) => desiredWeight <= 0)) {
      this.report('I1', `the weights of ${name} add up to zero`);
    }
    for (const { name: slot, currentWeight, currentCount } of slots) {
      if (currentWeight > 0 && currentCount < 1) {
        this.report('I1', `${slot} of ${name} has weight ${currentWeight} and no instance`);
      }
    }
  }

  private noteCold(endpoint: string, slots: readonly Slot[]): void {
    const release = this.heads().get(endpoint)?.release;
    const back = release?.previous?.modelName;
    if (release?.latch !== undefined && release.restoredAt === undefined && !slots.some(({ modelName }) => modelName === back)) {
      this.cold.add(release.releaseId);
    }
  }

  /** I2, I3, I5: one live release, one record for each change, and what serves exists. */
  public headWritten(endpoint: string, before: HeadSeen | undefined, after: HeadSeen, written: readonly Written[]): void {
    const [old, fresh] = [before?.release, after.release];
    if (old !== undefined && fresh !== undefined && old.releaseId !== fresh.releaseId && LIVE.includes(old.state)) {
      this.report('I2', `${fresh.releaseId} began while ${old.releaseId} was ${old.state}`);
    }
    const records = written.filter(({ table, before: present }) => table === this.auditTable && present === undefined).length;
    const overwritten = written.some(({ table, before: present }) => table === this.auditTable && present !== undefined);
    const changes = after.auditSequence - (before?.auditSequence ?? 0);
    const unrecorded = changes === 0 && JSON.stringify(strip(before)) !== JSON.stringify(strip(after));
    if (overwritten || records !== changes || changes > 1 || unrecorded) {
      this.report('I3', `a change of ${endpoint} from rev ${before?.rev ?? 0} to ${after.rev} came with ${records} new audit records`);
    }
    this.stableExists(after);
    this.restored(endpoint, after);
  }

  /** I5: the last known healthy configuration and its model exist at all times. */
  public stableExists({ stable, release }: HeadSeen): void {
    const previous = release !== undefined && LIVE.includes(release.state) ? release.previous : undefined;
    const healthy = [stable, previous].filter((each) => each !== undefined);
    for (const { configName, modelName } of healthy) {
      if (!this.sagemaker.configs.has(configName) || !this.sagemaker.models.has(modelName)) {
        this.report('I5', `${this.sagemaker.configs.has(configName) ? modelName : configName}, which is healthy, is gone`);
      }
    }
  }

  /** I5, too: what an endpoint serves or moves to exists, with its models. */
  public inUseExists(): void {
    const { endpoints, configs, models } = this.sagemaker;
    for (const { name, configName, pendingConfig } of endpoints.values()) {
      for (const used of [configName, pendingConfig ?? configName]) {
        const lost = configs.get(used)?.variants.map(({ ModelName }) => ModelName).find((model) => !models.has(model));
        if (!configs.has(used) || lost !== undefined) {
          this.report('I5', `${lost ?? used}, which ${name} uses, is gone`);
        }
      }
    }
  }

  /** I6: less than five minutes back, not counting the time in which SageMaker held the endpoint locked, or nothing worked. */
  private restored(endpoint: string, { release }: HeadSeen): void {
    if (release?.latch !== undefined && release.restoredAt !== undefined) {
      const { latch: { at }, restoredAt, lockedSeconds = 0 } = release;
      const seconds = (restoredAt - at) / 1000 - lockedSeconds - this.outageSeconds(at, restoredAt);
      if (seconds >= RESTORE_SECONDS && release.previous !== undefined && !this.cold.has(release.releaseId)) {
        this.report('I6', `${endpoint} was restored ${Math.round(seconds)} s after the latch, not counting locked time`);
      }
    }
  }

  /** I4: it has ended, and HALTED has been paged. */
  public atTheEnd(heads: ReadonlyMap<string, HeadSeen>, pages: number): void {
    for (const [endpoint, { release }] of heads) {
      if (release !== undefined && !ENDS.includes(release.outcome ?? release.state)) {
        this.report('I4', `${release.releaseId} of ${endpoint} has not ended: it is ${release.state}`);
      }
      if (release?.state === 'HALTED' && pages === 0) {
        this.report('I4', `${release.releaseId} of ${endpoint} is HALTED and nobody was paged`);
      }
    }
  }

  private report(invariant: string, text: string): void {
    if (!this.broken.some((each) => each.startsWith(invariant) && each.endsWith(text))) {
      this.broken.push(`${invariant} at minute ${this.minutes()}: ${text}`);
    }
  }
}

/** What may change without a record: how far events were told. */
function strip(head: HeadSeen | undefined): unknown {
  const { told: _told, ...rest } = (head ?? {}) as HeadSeen & { readonly told?: number };
  return Object.fromEntries(Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1)));
}
