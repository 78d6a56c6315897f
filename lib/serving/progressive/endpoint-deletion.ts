import { LifecycleProperties } from './runtime/contract';

/**
 * What happens to an endpoint when its construct goes. One that was there before the construct, and that no release has touched
 * since, stays in any case: a stack that cannot be created takes its constructs back.
 */
export class EndpointDeletion {
  /** Neither the stack nor the construct can be deleted while the endpoint exists. */
  public static readonly REFUSE = new EndpointDeletion('refuse');
  /** The endpoint is deleted with its construct: callers get an error from then on. */
  public static readonly DELETE = new EndpointDeletion('delete');

  private constructor(
    /** @internal */
    public readonly _name: LifecycleProperties['OnDelete'],
  ) {}
}
