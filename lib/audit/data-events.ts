import { aws_cloudtrail as cloudtrail, IResolvable, Lazy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

type FieldSelector = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty;
type EventSelector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty & { readonly fieldSelectors: FieldSelector[] };

/** What is watched of one kind of resource. */
interface Watched {
  readonly type: string;
  readonly reads: boolean;
  /** `startsWith` for what lies in a resource, `equalTo` for the resource itself. */
  readonly by: 'startsWith' | 'equalTo';
  readonly arns: Set<string>;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_VALUES = 500;

/**
 * The SageMaker calls that CloudTrail records as data events. `InvokeEndpoint` and `InvokeEndpointAsync` are none of them: of
 * an endpoint, only `InvokeEndpointWithResponseStream` is.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export const SAGEMAKER_DATA_EVENTS = [
  'AWS::SageMaker::Endpoint', 'AWS::SageMaker::ExperimentTrialComponent', 'AWS::SageMaker::FeatureGroup', 'AWS::SageMaker::MlflowTrackingServer',
];

/**
 * The advanced event selectors of a trail. A selector names one type of resource and takes no wildcard, so there is one for
 * each type, and for those of which only writes are watched. Management events are one as well: a trail with selectors
 * records what they name and nothing else.
 */
export class DataEvents {
  private readonly watched: Watched[] = [];

  constructor(scope: IConstruct, private readonly sageMaker: boolean) {
    scope.node.addValidation({ validate: () => this.problems() });
  }

  public addObjectsOf(bucketArn: string, reads: boolean): void {
    this.add({ type: 'AWS::S3::Object', by: 'startsWith', reads }, `${bucketArn}/`);
  }

  public addTable(tableArn: string, reads: boolean): void {
    this.add({ type: 'AWS::DynamoDB::Table', by: 'equalTo', reads }, tableArn);
  }

  /** Known only at synth, because anybody may add something until then. */
  public get selectors(): IResolvable {
    return Lazy.any({ produce: () => this.render() });
  }

  private add({ type, by, reads }: Omit<Watched, 'arns'>, arn: string): void {
    const same = this.watched.find((each) => each.type === type && each.reads === reads);
    if (same === undefined) {
      this.watched.push({ type, by, reads, arns: new Set([arn]) });
    } else {
      same.arns.add(arn);
    }
  }

  private render(): EventSelector[] {
    return [
      selector('Management events', 'Management', []),
      ...this.sageMaker ? SAGEMAKER_DATA_EVENTS.map((type) => selector(type, 'Data', [ofType(type)])) : [],
      ...this.watched.map(({ type, by, reads, arns }) => selector(reads ? type : `${type}, writes`, 'Data', [
        ofType(type),
        { field: 'resources.ARN', [by]: [...arns] },
        ...reads ? [] : [{ field: 'readOnly', equalTo: ['false'] }],
      ])),
    ];
  }

  private problems(): string[] {
    const values = this.render().flatMap(({ fieldSelectors }) => fieldSelectors)
      .reduce((sum, { equalTo = [], startsWith = [] }) => sum + equalTo.length + startsWith.length, 0);
    return values <= MOST_VALUES ? []
      : ['`watchBucket` and `watchTable` must name fewer resources, because the selectors of a trail take '
        + `${MOST_VALUES} values: got ${values}; make a second trail for the rest`];
  }
}

function selector(name: string, category: string, fields: FieldSelector[]): EventSelector {
  return { name, fieldSelectors: [{ field: 'eventCategory', equalTo: [category] }, ...fields] };
}

function ofType(type: string): FieldSelector {
  return { field: 'resources.type', equalTo: [type] };
}
