import { Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ApprovalMinimums } from './runtime/contract';
import { Checks } from '../core/checks';
import { DURATION } from '../core/kinds';

const ONE_MINUTE_MS = 60_000; // SageMaker gives up on a model there

/** What an `ApprovalGate` asks for: at least one of the three. */
export interface ApprovalGateOptions {
  /**
   * The smallest accuracy of the staging evaluation, from 0 to 1.
   * @default - accuracy is not asked for
   */
  readonly minimumAccuracy?: number;
  /**
   * The largest bias of the staging evaluation, from 0 to 1.
   * @default - bias is not asked for
   */
  readonly maximumBias?: number;
  /**
   * The largest p99 latency of the staging evaluation, up to one minute, after which SageMaker gives up. A token must be
   * given in milliseconds.
   * @default - latency is not asked for
   */
  readonly maximumP99Latency?: Duration;
}

/**
 * What a version has to reach before anybody can approve it. The figures are those of the evaluation that it was registered
 * with: the registry compares them, and trusts whoever may register to have measured them.
 */
export class ApprovalGate {
  /**
   * A gate that asks for every value that is given. A version without an evaluation does not pass.
   *
   * @throws if no value is given, or one of them is out of range
   */
  public static of(options: ApprovalGateOptions): ApprovalGate {
    return new ApprovalGate(options);
  }

  /** @internal */
  public readonly _minimums: ApprovalMinimums;
  private readonly checks = new Checks();

  private constructor(options: ApprovalGateOptions) {
    this.checks.kinds(options, { maximumP99Latency: DURATION }).settle();
    const { minimumAccuracy: accuracy, maximumBias: bias, maximumP99Latency: latency } = options;
    const p99LatencyMs = latency === undefined ? undefined : this.inMilliseconds(latency);
    this._minimums = { accuracy, bias, p99LatencyMs };
    this.checks
      .number('GateAccuracy', 'minimumAccuracy', accuracy, { min: 0, max: 1, hint: 'write 0.95 for 95 %' })
      .number('GateBias', 'maximumBias', bias, { min: 0, max: 1, hint: 'write 0.05 for 5 %' })
      .number('GateLatency', 'maximumP99Latency', p99LatencyMs, { min: 1, max: ONE_MINUTE_MS, unit: 'milliseconds' })
      .report('GateAsksNothing', [accuracy, bias, latency].some((value) => value !== undefined) ? undefined
        : '`options` must ask for something: got none of `minimumAccuracy`, `maximumBias` and `maximumP99Latency`; leave the gate out instead')
      .settle();
  }

  /**
   * As the handler reads it; tokens are judged in `scope`.
   * @internal
   */
  public _render(scope: IConstruct): ApprovalMinimums {
    this.checks.settle(scope);
    return this._minimums;
  }

  private inMilliseconds(latency: Duration): number | undefined {
    if (latency.isUnresolved() && latency.unitLabel() !== 'millis') {
      this.checks.report('GateLatency', `\`maximumP99Latency\` holds a token in ${latency.unitLabel()}, which cannot be converted: give it as `
        + 'Duration.millis(token)');
      return undefined;
    }
    return latency.toMilliseconds({ integral: false });
  }
}
