import { checkScenario } from './check-scenario';
import { Bundles } from './lambda/bundles';
import { RehearsalResult } from './result';
import { Run } from './run';
import { Scenario } from './scenario';
import { Stage } from './stage';
import { Published } from './template/published';
import { TemplateJson, Templates } from './template/template';
import { timelineOf } from './timeline';

export interface RehearsalOptions {
  /** Templates of the stacks that this one imports from: an emergency stop, a network. */
  readonly alongside?: readonly object[];
  /** A cloud assembly (`cdk.out`), for handlers that are not of this library. */
  readonly assembly?: string;
  /** Values of parameters and imports that the templates do not tell, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** Whether each call is judged by the policies of its role. @default true */
  readonly checkPermissions?: boolean;
  /** @default '111122223333' */
  readonly account?: string;
  /** @default 'eu-west-1' */
  readonly region?: string;
}

/** A rehearsal found that something of the template or of the release machinery is wrong. */
export class RehearsalFailed extends Error {
  constructor(public readonly problems: readonly string[], public readonly result: RehearsalResult) {
    super(`the rehearsal ${result.scenario} (seed ${result.seed}) broke what must hold:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n\n`
      + timelineOf(result).join('\n'));
    this.name = 'RehearsalFailed';
  }
}

/**
 * Runs the release machinery of a synthesized template on this machine: its own state machines and the handlers that it names,
 * byte for byte, against a simulated AWS, in virtual time.
 *
 *     const template = Template.fromStack(stack).toJSON();
 *     const result = await Rehearsal.of(template).run(Scenarios.errors());
 *     expect(result.outcome).toBe('ROLLED_BACK');
 */
export class Rehearsal {
  /** Of a template as JSON. Throws when the template has nothing to rehearse, or something that the rehearsal does not know. */
  public static of(template: object, options: RehearsalOptions = {}): Rehearsal {
    for (const each of [template, ...options.alongside ?? []] as unknown[]) {
      if (typeof each !== 'object' || each === null || Array.isArray(each)) {
        throw new Error('a template must be an object, as Template.fromStack(stack).toJSON() gives it: got '
          + `${Array.isArray(each) ? 'a list' : each === null || each === undefined ? String(each) : `a ${typeof each}`}`);
      }
    }
    return new Rehearsal([template, ...options.alongside ?? []] as TemplateJson[], options);
  }

  private readonly bundles: Bundles;

  private constructor(private readonly templates: readonly TemplateJson[], private readonly options: RehearsalOptions) {
    this.bundles = new Bundles(options.assembly);
    if (this.endpoints.length === 0) {
      throw new Error('the template has no progressive endpoint: nothing to rehearse');
    }
    void this.prepared({ endpoint: this.endpoints[0] }); // everything that it does not know shows now
  }

  /** The endpoints that a scenario may release to. */
  public get endpoints(): readonly string[] {
    return Stage.endpointsOf(this.resolved()).map(({ endpointName }) => endpointName);
  }

  /**
   * Plays a scenario. Throws `RehearsalFailed` when an invariant broke or a permission is missing, and an `Error` for a word that
   * no scenario has.
   */
  public async run(scenario: Scenario = {}): Promise<RehearsalResult> {
    checkScenario(scenario);
    const result = await this.prepared(scenario).whole();
    if (result.problems.length > 0) {
      throw new RehearsalFailed(result.problems, result);
    }
    return result;
  }

  private prepared(scenario: Scenario): Run {
    const { account = '111122223333', region = 'eu-west-1', checkPermissions = true } = this.options;
    const published = new Published();
    return new Run({
      templates: this.resolved(this.templates, published),
      templatesWith: (template) => this.resolved([template, ...this.options.alongside ?? []] as TemplateJson[], published),
      bundles: this.bundles,
      scenario,
      place: { account, region },
      checkPermissions,
    });
  }

  private resolved(templates = this.templates, published = new Published()): Templates {
    const { account = '111122223333', region = 'eu-west-1', values } = this.options;
    return new Templates(templates, { account, region }, values, published);
  }
}
