import { isLive } from './invariants';
import { RehearsalResult, ReleaseResult } from './result';
import { Act, Scenario } from './scenario';
import { Deployed, Stage } from './stage';
import { Templates } from './template/template';
import { World, WorldProps } from './world';

const MINUTE = 60_000;
const WARM_UP_MINUTES = 30;
const STUCK_MINUTES = 60;
const TWO_DAYS_IN_MINUTES = 2 * 24 * 60;
const START = '2026-01-05T09:00:00.000Z';
const FIRST: Act = { atMinutes: 5, do: 'start' };
/** Timers that may run in one rehearsal: more than this is a loop that does not end. */
const MOST_STEPS = 5_000_000;

export interface RunProps extends Pick<WorldProps, 'templates' | 'bundles' | 'scenario' | 'place' | 'checkPermissions'> {
  /** Those of the stack with another template of its own, for a deployment in the middle of a release. */
  readonly templatesWith: (template: object) => Templates;
}

/** One rehearsal, from an account that was just deployed to what is left of it. */
export class Run {
  private readonly world: World;
  private readonly stage: Stage;
  private readonly deployed: Deployed;
  private readonly waiting: Act[];
  private performing = 0;

  private readonly templates: Templates;
  private readonly scenario: Scenario;

  constructor({ templates, templatesWith, bundles, scenario, place, checkPermissions }: RunProps) {
    this.templates = templates;
    this.scenario = scenario;
    const rollbackAlarms = Stage.endpointsOf(templates).flatMap(({ alarms }) => alarms);
    const startedAt = Date.parse(scenario.startAt ?? START);
    this.deployed = endpointOf(templates, scenario.endpoint);
    const warmUpMinutes = WARM_UP_MINUTES;
    this.world = new World({ templates, bundles, scenario, place, checkPermissions, startedAt, warmUpMinutes, rollbackAlarms });
    this.world.journal.endpointName = this.deployed.endpointName;
    this.stage = new Stage(this.world, templates, templatesWith);
    this.waiting = [...scenario.acts ?? [FIRST]];
  }

  public async whole(): Promise<RehearsalResult> {
    const { world, scenario } = this;
    const adopted = scenario.before !== 'nothing';
    await this.through(this.stage.fillRegistry(this.deployed, adopted));
    if (adopted) {
      this.stage.plantEndpoint(this.deployed);
      await this.until(world.clock.now + (scenario.createSeconds ?? 300) * 1000 + 1);
    }
    await this.through(this.stage.deploy());
    world.everyMinute();
    world.events.beginSchedules();
    await this.until(world.journal.startedAt);
    world.journal.begin();
    const serving = world.sagemaker.endpoints.get(this.deployed.endpointName);
    if (serving !== undefined) {
      world.journal.weighed(serving);
    }
    world.journal.note('note', `${this.deployed.endpointName} serves ${adopted ? 'revision 1' : 'nothing'}`);
    await this.play();
    return this.result();
  }

  private async play(): Promise<void> {
    const { world, scenario: { afterwardsMinutes = 15 } } = this;
    const end = world.journal.startedAt + this.longest() * MINUTE;
    let quietSince: number | undefined;
    this.waiting.filter(({ atMinutes }) => atMinutes !== undefined).forEach(({ atMinutes = 0 }) => {
      world.clock.after(world.journal.startedAt + atMinutes * MINUTE - world.clock.now, () => { world.journal.changed = true; });
    });
    world.journal.changed = true;
    while (world.clock.now < end) {
      if (world.journal.changed) {
        world.journal.changed = false;
        this.performDue();
        await world.clock.settle();
      }
      await this.step();
      const quiet = this.quiet();
      quietSince = quiet ? quietSince ?? world.clock.now : undefined;
      if (quietSince !== undefined && world.clock.now - quietSince >= afterwardsMinutes * MINUTE) {
        break;
      }
    }
    this.waiting.forEach((act) => { world.journal.note('note', `never came to: ${act.note ?? act.do}`); });
    world.traffic.flow();
    world.invariants.atTheEnd(world.journal.heads, world.journal.pages.length);
  }

  private performDue(): void {
    const { world } = this;
    for (const act of [...this.waiting]) {
      const moment = world.moment();
      if (moment.minutes >= (act.atMinutes ?? -Infinity) && (act.when?.(moment) ?? true)) {
        this.waiting.splice(this.waiting.indexOf(act), 1);
        this.performing++;
        this.stage.perform(act)
          .catch((error: unknown) => { world.journal.broken ??= error; })
          .finally(() => { this.performing--; });
      }
    }
  }

  /** Nothing is on its way: no act, no execution, no live release, nothing that moves. */
  private quiet(): boolean {
    const { world } = this;
    const timed = this.waiting.some(({ atMinutes, when }) =>
      atMinutes !== undefined && (when === undefined || world.journal.minutes < atMinutes));
    return !timed && this.performing === 0 && world.machines.executions.every(({ status }) => status !== 'RUNNING')
      && ![...world.journal.heads.values()].some(isLive) && (['InService', 'Failed', undefined].includes(world.moment().endpointStatus) || this.stuck());
  }

  /** A change that will never end. */
  private stuck(): boolean {
    const { clock, journal: { endpointName }, sagemaker } = this.world;
    return clock.now - (sagemaker.endpoints.get(endpointName)?.changedAt ?? clock.now) > STUCK_MINUTES * MINUTE;
  }

  private longest(): number {
    const { stages, maxHoldSeconds } = this.deployed;
    const seconds = stages.reduce((sum, { bakeSeconds }) => sum + bakeSeconds, maxHoldSeconds);
    return this.scenario.atMostMinutes ?? seconds / 60 + TWO_DAYS_IN_MINUTES;
  }

  private async step(): Promise<void> {
    const { world } = this;
    if (!await world.clock.step()) {
      throw new Error('nothing will happen any more');
    }
    if (world.journal.broken !== undefined) {
      throw world.journal.broken instanceof Error ? world.journal.broken : new Error(String(world.journal.broken));
    }
    if (world.clock.steps > MOST_STEPS) {
      throw new Error(`the rehearsal does not end: ${MOST_STEPS} steps, and it is minute ${world.journal.minutes.toFixed(1)}`);
    }
  }

  private async until(time: number): Promise<void> {
    const { world } = this;
    let there = false;
    world.clock.after(time - world.clock.now, () => { there = true; });
    while (!there) {
      await this.step();
    }
  }

  private async through(work: Promise<void>): Promise<void> {
    let state: 'busy' | 'done' | { readonly error: unknown } = 'busy';
    work.then(() => { state = 'done'; }, (error: unknown) => { state = { error }; });
    await this.world.clock.settle();
    while (state === 'busy') {
      await this.step();
    }
    const failed = state as unknown;
    if (failed !== 'done') {
      throw (failed as { readonly error: unknown }).error;
    }
  }

  private result(): RehearsalResult {
    const { world, scenario } = this;
    const { executions } = world.machines;
    const release = world.journal.heads.get(world.journal.endpointName)?.release;
    const byService: Record<string, number> = {};
    world.journal.calls.forEach(({ service }) => { byService[service] = (byService[service] ?? 0) + 1; });
    const denied = world.iam.denied.map(({ role, action, resource }) => `missing permission: ${role} may not ${action} on ${resource}`);
    return {
      scenario: scenario.name ?? 'unnamed',
      story: scenario.story ?? '',
      seed: scenario.seed ?? 1,
      endpoint: world.journal.endpointName,
      ...(release?.outcome === undefined ? {} : { outcome: release.outcome }),
      releases: this.releases(),
      timeline: world.journal.timeline,
      weights: world.journal.weights,
      calls: world.journal.calls,
      audit: world.journal.audit,
      alarms: world.journal.alarms,
      pages: world.journal.pages,
      answers: world.journal.answers,
      traffic: Object.fromEntries([...world.traffic.totals].map(([key, total]) => [key.replace(`${world.journal.endpointName}/`, ''), total])),
      models: [...world.sagemaker.models.keys()],
      configs: [...world.sagemaker.configs.keys()],
      counts: {
        stateTransitions: executions.reduce((sum, { transitions }) => sum + transitions, 0),
        retries: executions.reduce((sum, { retries }) => sum + retries, 0),
        executions: executions.length,
        longestHistory: Math.max(0, ...executions.map(({ history }) => history.length)),
        largestPayload: Math.max(0, ...executions.map(({ largestPayload }) => largestPayload)),
        lambdaInvocations: world.journal.invocations,
        coldStarts: [...world.functions.all.values()].reduce((sum, { instances, bundle }) => sum + (bundle.name === 'registry' ? 0 : instances.length), 0),
        apiCalls: world.journal.calls.length,
        apiCallsByService: byService,
      },
      logs: world.journal.logs,
      notSimulated: world.notSimulated,
      standIns: Object.fromEntries(this.templates.standIns),
      problems: [...world.invariants.broken, ...denied],
      virtualMinutes: world.journal.minutes,
    };
  }

  /** Every release, by its last state in the head. */
  private releases(): ReleaseResult[] {
    const { world } = this;
    return [...world.journal.releases.values()].map((release) => {
      const { releaseId, kind, revision, state, outcome, reason, verdict, latch } = release;
      const { restoredAt, lockedSeconds, startedAt, endedAt } = release;
      const minutesOf = (time: number) => Math.round((time - world.journal.startedAt) / 6000) / 10;
      return {
        releaseId,
        kind,
        revision,
        state,
        startedMinutes: minutesOf(startedAt),
        ...(outcome === undefined ? {} : { outcome }),
        ...(reason === undefined ? {} : { reason }),
        ...(verdict === undefined ? {} : { verdict: `${verdict.verdict}: ${verdict.reason}` }),
        ...(latch === undefined ? {} : { latch: { cause: latch.cause, reason: latch.reason } }),
        ...(latch === undefined || restoredAt === undefined ? {} : {
          restoreSeconds: Math.round((restoredAt - latch.at) / 1000), lockedSeconds: lockedSeconds ?? 0,
        }),
        ...(endedAt === undefined ? {} : { endedMinutes: minutesOf(endedAt) }),
      };
    });
  }
}

function endpointOf(templates: Templates, wanted: string | undefined): Deployed {
  const all = Stage.endpointsOf(templates);
  const fitting = wanted === undefined ? all : all.filter(({ endpointName }) => endpointName === wanted);
  if (fitting.length !== 1) {
    const names = all.map(({ endpointName }) => endpointName).join(', ');
    throw new Error(all.length === 0 ? 'the template has no progressive endpoint: nothing to rehearse'
      : `say which endpoint is released to, as \`endpoint\` of the scenario: the template has ${names}`);
  }
  return fitting[0];
}
