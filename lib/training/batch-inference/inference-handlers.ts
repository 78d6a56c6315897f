import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InferenceFolders } from './inference-folders';
import { PLANNER_BUNDLE, REPORTER_BUNDLE } from './runtime/contract';
import { HandlerFunction, HandlerFunctionProps } from '../../core/handler-function';

/** What the handlers are made from. */
export interface InferenceHandlersProps {
  readonly folders: InferenceFolders;
  /** By the names in the contract. */
  readonly environment: { readonly [name: string]: string };
}

/** A million keys, twice, and their lists. */
const MEMORY_MEBIBYTES = 2048;

const KEPT: HandlerFunctionProps['kept'] = [{
  rules: ['Serverless-LambdaDLQ', ...['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaDLQ`)],
  reason: 'A state machine calls it and waits: what fails is in the execution, and ends it; an event in a queue would be nobody\'s.',
}, {
  rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
  reason: 'Called once per execution, at its beginning or end; a reservation would take capacity from the functions that serve.',
}];

/** What a state machine has to ask a program: what is to be done, and what was. */
export class InferenceHandlers extends Construct {
  public readonly planner: HandlerFunction;
  public readonly reporter: HandlerFunction;

  constructor(scope: Construct, id: string, private readonly props: InferenceHandlersProps) {
    super(scope, id);
    const { folders } = props;
    this.planner = this.createHandler('Planner', PLANNER_BUNDLE, `Lists the inputs of ${scope.node.path} that have no output`);
    folders.ofPlanner(this.planner.policy);
    this.reporter = this.createHandler('Reporter', REPORTER_BUNDLE, `Says what a run of ${scope.node.path} came to`);
    folders.ofReporter(this.reporter.policy);
  }

  private createHandler(id: string, bundle: string, description: string): HandlerFunction {
    return new HandlerFunction(this, id, {
      bundle,
      description,
      timeout: Duration.minutes(15),
      memorySize: MEMORY_MEBIBYTES,
      environment: this.props.environment,
      statements: [],
      kept: KEPT,
      outsideVpc: 'It calls S3 over TLS, lists keys, and opens no input and no output; the objects that it reads are lists of its own.',
    });
  }
}
