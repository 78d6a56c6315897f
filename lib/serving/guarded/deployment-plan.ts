import { aws_sagemaker as sagemaker, Duration, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { FleetShare, shareOf } from './fleet-share';
import { Checks, inSeconds } from '../../core/checks';

/** How the whole fleet is replaced in one step. */
export interface AllAtOnceOptions {
  /**
   * How long the new fleet must stay healthy before the old one is terminated: up to one hour.
   * @default Duration.minutes(10)
   */
  readonly bakeTime?: Duration;
  /**
   * How long the deployment may take in all: 10 minutes to 8 hours, at least 10 minutes more than its bake times.
   * @default - the bake times and one hour, to provision in
   */
  readonly maximumDuration?: Duration;
}

/** How a share of the instances goes first. */
export interface CanaryOptions {
  /**
   * How many instances of the new fleet take traffic first: at least one, at most half of the fleet.
   * @default 1 - unless `percent` is given
   */
  readonly instances?: number;
  /**
   * The same as a share of the instances, in percent: it must come to whole instances, at most half of them.
   * @default - `instances` decides
   */
  readonly percent?: number;
  /**
   * How long the canary must stay healthy before all traffic follows: up to one hour.
   * @default Duration.minutes(10)
   */
  readonly bakeTime?: Duration;
  /**
   * How long the whole new fleet must stay healthy before the old one is terminated: up to one hour.
   * @default Duration.minutes(10)
   */
  readonly finalBakeTime?: Duration;
  /**
   * How long the deployment may take in all: 10 minutes to 8 hours, at least 10 minutes more than its bake times.
   * @default - the bake times and one hour, to provision in
   */
  readonly maximumDuration?: Duration;
}

/** How the fleet moves in equal steps. */
export interface LinearOptions {
  /**
   * Instances per step: 10 to 50 % of the fleet.
   * @default 1 - unless `stepPercent` is given
   */
  readonly stepInstances?: number;
  /**
   * The same as a share of the instances, in percent: it must come to whole instances, 10 to 50 % of them.
   * @default - `stepInstances` decides
   */
  readonly stepPercent?: number;
  /**
   * How long each step must stay healthy before the next: up to one hour.
   * @default Duration.minutes(5)
   */
  readonly bakeTime?: Duration;
  /**
   * How long the whole new fleet must stay healthy before the old one is terminated: up to one hour.
   * @default Duration.minutes(10)
   */
  readonly finalBakeTime?: Duration;
  /**
   * How long the deployment may take in all: 10 minutes to 8 hours, at least 10 minutes more than its bake times.
   * @default - the bake times and one hour, to provision in
   */
  readonly maximumDuration?: Duration;
}

/** How the fleet is replaced batch by batch, without a second whole fleet. */
export interface RollingOptions {
  /**
   * Instances per batch: 5 to 50 % of the fleet.
   * @default 1 - unless `batchPercent` is given
   */
  readonly batchInstances?: number;
  /**
   * The same as a share of the instances, in percent: it must come to whole instances, 5 to 50 % of them.
   * @default - `batchInstances` decides
   */
  readonly batchPercent?: number;
  /**
   * How long each batch must stay healthy before the next: up to one hour. It is the only bake a rolling update has.
   * @default Duration.minutes(10)
   */
  readonly bakeTime?: Duration;
  /**
   * How long the deployment may take in all: 10 minutes to 8 hours, at least 10 minutes more than its bake times.
   * @default - the bake times and one hour, to provision in
   */
  readonly maximumDuration?: Duration;
}

/**
 * What a plan has to fit: the fleet it moves, and how fast its alarms are.
 * @internal
 */
export interface DeployedFleet {
  readonly instanceCount: number;
  /** Minutes until the quickest alarm fires at the worst; nothing if the template does not tell. */
  readonly fastestDetection?: number;
  /** Minutes until the slowest alarm fires at the worst. */
  readonly slowestDetection?: number;
}

interface Waits {
  readonly bake: number;
  /** Nothing: the plan has no wait of its own before the old fleet goes. */
  readonly finalBake?: number;
  readonly maximum?: number;
}

interface Lengths extends Waits {
  readonly instanceCount: number;
  readonly share: number;
}

const HOUR = 3600;
const SHORTEST_DEPLOYMENT = 600;
const LONGEST_DEPLOYMENT = 8 * HOUR;
const ROOM_TO_PROVISION = 600;

/**
 * How a guarded endpoint changes its fleet: the value that becomes its `DeploymentConfig`, which holds exactly one policy.
 * A share is a share of instances; a share of requests is for a progressive endpoint.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
 */
export class DeploymentPlan {
  /** A new fleet beside the old one takes all traffic at once, and the old one waits for the bake time. */
  public static allAtOnce(options: AllAtOnceOptions = {}): DeploymentPlan {
    const waits = {
      bake: Duration.seconds(0),
      finalBake: options.bakeTime ?? Duration.minutes(10),
      maximum: options.maximumDuration,
    };
    return new DeploymentPlan('ALL_AT_ONCE', undefined, secondsOf(waits, 'bakeTime'));
  }

  /** Some instances of a new fleet take traffic first; all of it follows after the bake time. */
  public static canary(options: CanaryOptions = {}): DeploymentPlan {
    const share = shareOf({ instances: options.instances, percent: options.percent }, {
      what: 'a canary', instancesProp: 'instances', percentProp: 'percent', leastPercent: 0, mostPercent: 50,
    });
    const waits = {
      bake: options.bakeTime ?? Duration.minutes(10),
      finalBake: options.finalBakeTime ?? Duration.minutes(10),
      maximum: options.maximumDuration,
    };
    return new DeploymentPlan('CANARY', share, secondsOf(waits));
  }

  /** A new fleet takes traffic in equal steps. */
  public static linear(options: LinearOptions = {}): DeploymentPlan {
    const share = shareOf({ instances: options.stepInstances, percent: options.stepPercent }, {
      what: 'a linear step', instancesProp: 'stepInstances', percentProp: 'stepPercent', leastPercent: 10, mostPercent: 50,
    });
    const waits = {
      bake: options.bakeTime ?? Duration.minutes(5),
      finalBake: options.finalBakeTime ?? Duration.minutes(10),
      maximum: options.maximumDuration,
    };
    return new DeploymentPlan('LINEAR', share, secondsOf(waits));
  }

  /**
   * Instances are replaced batch by batch: half the spare capacity and quota of the others, and no whole old fleet to go
   * back to. A rollback brings all old capacity back at once.
   */
  public static rolling(options: RollingOptions = {}): DeploymentPlan {
    const share = shareOf({ instances: options.batchInstances, percent: options.batchPercent }, {
      what: 'a rolling batch', instancesProp: 'batchInstances', percentProp: 'batchPercent', leastPercent: 5, mostPercent: 50,
    });
    const waits = { bake: options.bakeTime ?? Duration.minutes(10), maximum: options.maximumDuration };
    return new DeploymentPlan('ROLLING', share, secondsOf(waits));
  }

  private constructor(
    private readonly type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR' | 'ROLLING',
    private readonly share: FleetShare | undefined,
    private readonly waits: Waits,
  ) {
    this.checkBounds().settle();
  }

  /**
   * Whether the fleet can follow the plan, and its alarms have time to fire. Of a fleet without a count only the latter is asked.
   * @internal
   */
  public _judge({ instanceCount, ...detection }: Partial<DeployedFleet>): Checks {
    const checks = this.checkBounds();
    if (instanceCount !== undefined) {
      this.share?.checkFits(checks, instanceCount);
      this.checkTotal(checks, instanceCount);
    }
    this.checkDetection(checks, detection);
    return checks;
  }

  /**
   * The one policy of a `DeploymentConfig`, after checking that the fleet can follow the plan.
   * @internal
   */
  public _render(scope: IConstruct, fleet: DeployedFleet): sagemaker.CfnEndpoint.DeploymentConfigProperty {
    this._judge(fleet).settle(scope);
    return this.type === 'ROLLING' ? { rollingUpdatePolicy: this.rolling(fleet) } : { blueGreenUpdatePolicy: this.blueGreen(fleet) };
  }

  /** What SageMaker allows whatever the fleet; once more in the construct, where tokens may be known. */
  private checkBounds(): Checks {
    const { bake, finalBake, maximum } = this.waits;
    const wait = { min: 0, max: HOUR, whole: true, unit: 'seconds' };
    const checks = new Checks()
      .number('BakeTimeOutOfRange', 'bakeTime', bake, wait)
      .number('BakeTimeOutOfRange', this.type === 'ALL_AT_ONCE' ? 'bakeTime' : 'finalBakeTime', finalBake, wait)
      .number('MaximumDurationOutOfRange', 'maximumDuration', maximum,
        { min: SHORTEST_DEPLOYMENT, max: LONGEST_DEPLOYMENT, whole: true, unit: 'seconds' });
    this.share?.checkBounds(checks);
    return checks;
  }

  private blueGreen(fleet: DeployedFleet): sagemaker.CfnEndpoint.BlueGreenUpdatePolicyProperty {
    const size = this.share?.render();
    return {
      trafficRoutingConfiguration: {
        type: this.type,
        waitIntervalInSeconds: this.waits.bake,
        ...(this.type === 'CANARY' ? { canarySize: size } : {}),
        ...(this.type === 'LINEAR' ? { linearStepSize: size } : {}),
      },
      terminationWaitInSeconds: this.waits.finalBake,
      maximumExecutionTimeoutInSeconds: this.maximumSeconds(fleet),
    };
  }

  private rolling(fleet: DeployedFleet): sagemaker.CfnEndpoint.RollingUpdatePolicyProperty {
    return {
      maximumBatchSize: this.share!.render(),
      waitIntervalInSeconds: this.waits.bake,
      maximumExecutionTimeoutInSeconds: this.maximumSeconds(fleet),
    };
  }

  /** Everything the length of a deployment depends on. */
  private lengths(instanceCount: number): Lengths {
    return { ...this.waits, instanceCount, share: this.share?.value ?? 0 };
  }

  /** The whole of the waiting. */
  private total({ bake, finalBake, instanceCount, share }: Lengths): number {
    const steps = this.type === 'CANARY' ? 1 : this.share?.steps(share, instanceCount) ?? 0;
    return steps * bake + (finalBake ?? 0);
  }

  private maximumSeconds({ instanceCount }: DeployedFleet): number | undefined {
    if (this.waits.maximum !== undefined) {
      return this.waits.maximum;
    }
    const lengths = this.lengths(instanceCount);
    const known = Object.values(lengths).every((value) => !Token.isUnresolved(value));
    return known ? Math.min(this.total(lengths) + HOUR, LONGEST_DEPLOYMENT) : undefined; // SageMaker's own default then
  }

  private checkTotal(checks: Checks, instanceCount: number): void {
    checks.that('MaximumDurationTooShort', this.lengths(instanceCount), (known) => {
      const { maximum = LONGEST_DEPLOYMENT } = known;
      const waiting = this.total(known);
      return maximum >= waiting + ROOM_TO_PROVISION ? undefined
        : `\`maximumDuration\` must leave 10 minutes to provision beside the bake times, which come to ${waiting} `
          + `seconds: got ${maximum}; give at least ${waiting + ROOM_TO_PROVISION}, or shorten the bake times or take larger steps`;
    });
  }

  /** A bake that ends before an alarm can fire guards nothing. */
  private checkDetection(checks: Checks, { fastestDetection, slowestDetection }: Partial<DeployedFleet>): void {
    const { bake, finalBake } = this.waits;
    const last = this.type === 'ROLLING' ? bake : finalBake ?? 0;
    const lastProp = this.type === 'ROLLING' || this.type === 'ALL_AT_ONCE' ? 'bakeTime' : 'finalBakeTime';
    outlast(checks, lastProp, last, slowestDetection, 'slowest');
    if (this.type === 'CANARY' || this.type === 'LINEAR') {
      outlast(checks, 'bakeTime', bake, fastestDetection, 'fastest');
    }
  }
}

function outlast(checks: Checks, prop: string, seconds: number, minutes: number | undefined, which: string): void {
  if (minutes !== undefined) {
    checks.that('BakeTimeShorterThanDetection', { seconds }, (known) => known.seconds >= minutes * 60 ? undefined
      : `\`${prop}\` must outlast the ${which} rollback trigger, which takes up to ${minutes} minutes to fire: `
        + `got ${known.seconds} seconds; give at least Duration.minutes(${minutes}), or a quicker trigger`);
  }
}

interface Durations {
  readonly bake: Duration;
  readonly finalBake?: Duration;
  readonly maximum?: Duration;
}

function secondsOf({ bake, finalBake, maximum }: Durations, finalProp = 'finalBakeTime'): Waits {
  return {
    bake: inSeconds('bakeTime', bake),
    finalBake: finalBake === undefined ? undefined : inSeconds(finalProp, finalBake),
    maximum: maximum === undefined ? undefined : inSeconds('maximumDuration', maximum),
  };
}
