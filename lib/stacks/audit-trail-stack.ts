import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { IArtifactStore } from '../artifacts';
import { AuditTrail } from '../audit';
import { ModelRegistry } from '../registry';

/** What an `AuditTrailStack` is made from. */
export interface AuditTrailStackProps extends StackProps {
  /**
   * Stores whose objects are watched: who reads and who adds.
   * @default - none
   */
  readonly artifacts?: IArtifactStore[];
  /**
   * Registries whose tables and copies of audit records are watched, and whose audit lines the saved queries read.
   * @default - none
   */
  readonly registries?: ModelRegistry[];
  /**
   * What else has handlers whose audit lines the saved queries read, such as a progressive endpoint: who released what.
   * @default - none but the registries
   */
  readonly handlersOf?: IConstruct[];
}

/** A trail of the account, with alarms on what nobody should do unseen. */
export class AuditTrailStack extends Stack {
  public readonly trail: AuditTrail;

  constructor(scope: Construct, id: string, props: AuditTrailStackProps = {}) {
    super(scope, id, props);
    this.trail = new AuditTrail(this, 'Trail');
    props.artifacts?.forEach((store) => this.trail.watchBucket(store.bucket));
    props.registries?.forEach((registry) => {
      this.trail.watchTable(registry.table);
      this.trail.watchTable(registry.auditTable);
      // who makes a copy, or tries to change one; whoever verifies reads all of them
      if (registry.auditBucket !== undefined) {
        this.trail.watchBucket(registry.auditBucket, { reads: false });
      }
      this.trail.searchHandlersOf(registry);
    });
    props.handlersOf?.forEach((construct) => this.trail.searchHandlersOf(construct));
    new CfnOutput(this, 'TrailArn', { description: 'The trail', value: this.trail.trailArn });
  }
}
