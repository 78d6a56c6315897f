import { CfnResource, CustomResource, Duration } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { EndpointDeletion } from './endpoint-deletion';
import { LIFECYCLE_TYPE, LifecycleProperties } from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';
import { checkKept } from '../rendered-resource';

/** What the resource is made from. */
export interface EndpointLifecycleProps {
  readonly handler: HandlerFunction;
  readonly endpointName: string;
  /** A serving profile as JSON. */
  readonly profile: string;
  readonly onDelete: EndpointDeletion;
  /** What has to be there as long as the endpoint. */
  readonly after: readonly IDependable[];
}

const SERVICE_TIMEOUT = Duration.minutes(30);

/**
 * Existence, and not movement: adopts an endpoint that exists, or notes that there is none; stores how the next release is to
 * run; and lets its construct go only when the endpoint is gone or may go.
 */
export class EndpointLifecycle extends Construct {
  constructor(scope: Construct, id: string, props: EndpointLifecycleProps) {
    super(scope, id);
    const properties: LifecycleProperties = {
      EndpointName: props.endpointName, Profile: props.profile, OnDelete: props.onDelete._name,
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: LIFECYCLE_TYPE,
      serviceToken: props.handler.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { ...properties },
    });
    resource.node.addDependency(props.handler, ...props.after);
    checkKept(resource.node.defaultChild as CfnResource, { ServiceToken: props.handler.functionArn, ...properties },
      'releases would run by something else than what was checked');
  }
}
