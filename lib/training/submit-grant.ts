import { aws_iam as iam } from 'aws-cdk-lib';
import { DEFAULT_TEAM } from './team-name';
import { ITrainingQueue } from './training-queue';

const ACTIONS = ['batch:SubmitJob'];

/** Whether a team may submit to a queue. */
export function knowsTeam(queue: ITrainingQueue, team: string): boolean {
  return team === DEFAULT_TEAM || queue.teams.some((share) => share.team === team);
}

/** Lets somebody submit jobs of one definition and one team to a queue. */
export function grantSubmitTo(queue: ITrainingQueue, grantee: iam.IGrantable, definitions: string[], team: string): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee, actions: ACTIONS, resourceArns: [...definitions, queue.queueArn], conditions: ofTeam(team),
  });
}

/** The same as a statement. */
export function submitStatement(queue: ITrainingQueue, definitions: string[], team: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'SubmitJobs', actions: ACTIONS, resources: [...definitions, queue.queueArn], conditions: ofTeam(team),
  });
}

/** https://docs.aws.amazon.com/batch/latest/userguide/iam-example-share-identifier.html */
function ofTeam(team: string): Record<string, Record<string, string>> {
  return { StringEquals: { 'batch:ShareIdentifier': team } };
}
