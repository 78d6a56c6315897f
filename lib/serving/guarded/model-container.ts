import { IConstruct } from 'constructs';
import { CONTAINER_KINDS } from './container-kinds';
import { MultiModel } from './multi-model';
import { ModelArtifact, ModelImage } from '../../artifacts';
import { Checks } from '../../core/checks';
import { Kinds, needed } from '../../core/kinds';
import { checkEnvironment } from '../model-environment';

/** What one container of a model is. */
export interface ModelContainerOptions {
  /** The container, by digest. */
  readonly image: ModelImage;
  /**
   * What it serves. Left out for an image that holds its model, and with `multiModel`.
   * @default - none
   */
  readonly artifact?: ModelArtifact;
  /**
   * Environment of the container: at most 100 entries, no secrets.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Many models in place of `artifact`. Read what `MultiModel` says of callers first.
   * @default - one model
   */
  readonly multiModel?: MultiModel;
}

const KINDS: Kinds<ModelContainerOptions> = { ...CONTAINER_KINDS, image: needed(CONTAINER_KINDS.image) };

/** One container of a model: an image, what it serves, its environment. */
export class ModelContainer {
  /** Judges the options and keeps them. */
  public static of(options: ModelContainerOptions): ModelContainer {
    new Checks().kinds(options, KINDS).settle();
    const container = new ModelContainer(options.image, options.environment ?? {}, options.artifact, options.multiModel);
    container._judge('').settle();
    return container;
  }

  /**
   * Of props that are judged elsewhere.
   * @internal
   */
  public static _of({ image, environment, artifact, multiModel }: ModelContainerOptions): ModelContainer {
    return new ModelContainer(image, environment ?? {}, artifact, multiModel);
  }

  private constructor(
    /** The container, by digest. */
    public readonly image: ModelImage,
    /** Its environment. */
    public readonly environment: { [name: string]: string },
    /** What it serves. */
    public readonly artifact?: ModelArtifact,
    /** The many models it serves. */
    public readonly multiModel?: MultiModel,
  ) {}

  /**
   * Leaves the questions about tokens with the construct.
   * @internal
   */
  public _settle(scope: IConstruct, path: string): void {
    this._judge(path).settle(scope);
    this.image._settle(scope);
    this.multiModel?._settle(scope);
  }

  /**
   * What is wrong with it, with the path of its props before them.
   * @internal
   */
  public _judge(path: string): Checks {
    const checks = new Checks().report('ArtifactAndMultiModel', this.artifact !== undefined && this.multiModel !== undefined
      ? `\`${path}artifact\` and \`${path}multiModel\` must not both be given: got both; a container serves one model or many` : undefined);
    checkEnvironment(checks, `${path}environment`, this.environment);
    return checks;
  }
}
