import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { FAILURES, MANIFESTS, RESULTS, RUNS } from './runtime/contract';
import { acknowledgeAtSynth, wildcardResource } from '../../core/acknowledge';
import { JobData } from '../job-data';

/** What the folders are made from. */
export interface InferenceFoldersProps {
  readonly inputBucket: s3.IBucket;
  readonly inputPrefix: string;
  readonly outputBucket: s3.IBucket;
  readonly outputPrefix: string;
}

/** Who may do what in which folder. */
export class InferenceFolders {
  constructor(private readonly props: InferenceFoldersProps) {}

  /**
   * What a job may use: inputs and its work list to read, outputs and its failures to write. It can neither read outputs nor
   * change what it or another job has to do.
   */
  public get ofJobs(): JobData[] {
    const { inputBucket, inputPrefix, outputBucket, outputPrefix } = this.props;
    return [
      JobData.read(inputBucket, inputPrefix),
      JobData.read(outputBucket, `${outputPrefix}${RUNS}`),
      JobData.write(outputBucket, `${outputPrefix}${RESULTS}`),
      JobData.write(outputBucket, `${outputPrefix}${FAILURES}`),
    ];
  }

  /** The planner lists inputs and outputs, never opens one, and keeps what a run is. */
  public ofPlanner(policy: iam.ManagedPolicy): void {
    const { inputBucket, inputPrefix } = this.props;
    policy.addStatements(
      listing('ListInputs', inputBucket, inputPrefix),
      this.listOutputs(),
      this.objects('ReadRuns', ['s3:GetObject'], RUNS, MANIFESTS),
      this.objects('KeepRuns', ['s3:PutObject'], RUNS),
    );
    this.useKey(policy);
    this.keepFinding(policy, RUNS, MANIFESTS);
  }

  /** The reporter lists outputs, never opens one, and reads what is kept and said about a run. */
  public ofReporter(policy: iam.ManagedPolicy): void {
    policy.addStatements(
      this.listOutputs(),
      this.objects('ReadRuns', ['s3:GetObject'], RUNS, FAILURES),
      this.objects('KeepRuns', ['s3:PutObject'], RUNS),
    );
    this.useKey(policy);
    this.keepFinding(policy, RUNS, FAILURES);
  }

  /**
   * The distributed map reads its items and writes what became of them.
   * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html, IAM policies
   */
  public ofMap(policy: iam.ManagedPolicy): void {
    policy.addStatements(this.objects(
      'ReadItemsAndWriteResults', ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'], RUNS,
    ));
    this.useKey(policy);
    this.keepFinding(policy, RUNS);
  }

  private listOutputs(): iam.PolicyStatement {
    return listing('ListOutputs', this.props.outputBucket, this.props.outputPrefix);
  }

  private objects(sid: string, actions: string[], ...folders: string[]): iam.PolicyStatement {
    return new iam.PolicyStatement({ sid, actions, resources: this.arns(folders) });
  }

  private arns(folders: readonly string[]): string[] {
    const { outputBucket, outputPrefix } = this.props;
    return folders.map((folder) => outputBucket.arnForObjects(`${outputPrefix}${folder}*`));
  }

  private useKey(policy: iam.ManagedPolicy): void {
    this.props.outputBucket.encryptionKey?.grant(policy, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  private keepFinding(policy: iam.ManagedPolicy, ...folders: string[]): void {
    acknowledgeAtSynth(policy, () => ({
      rules: this.arns(folders).map((arn) => wildcardResource(policy, arn)),
      reason: 'Runs, jobs and manifests get their names when they are made; everything lies below the one folder that the construct was given.',
    }));
  }
}

function listing(sid: string, bucket: s3.IBucket, prefix: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid, actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
  });
}
