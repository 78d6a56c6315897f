import { PlanDefinition, ServingProfile } from '../../../../lib/serving/progressive/runtime/contract';
import { DescribedEndpoint } from '../../../../lib/serving/progressive/runtime/converge';
import { Judgement } from '../../../../lib/serving/progressive/runtime/decide';
import { reduce } from '../../../../lib/serving/progressive/runtime/reduce';
import { ReleaseEvent } from '../../../../lib/serving/progressive/runtime/release-event';
import { Actor, Arrangement, Head, NO_HEAD, Serving } from '../../../../lib/serving/progressive/runtime/release-state';

export const START = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;
export const ALICE: Actor = { arn: 'arn:aws:iam::111122223333:user/alice', person: 'user:AIDAALICE' };
export const BOB: Actor = { arn: 'arn:aws:iam::111122223333:user/bob', person: 'user:AIDABOB' };
export const MACHINE: Actor = { arn: 'states.amazonaws.com', person: 'service:states' };

export const PLAN: PlanDefinition = {
  stages: [{ kind: 'canary', percent: 10, bakeSeconds: 600 }, { kind: 'full', percent: 100, bakeSeconds: 300 }],
  errorRates: [{ id: 'ErrorRate', percent: 2, consecutiveMinutes: 5, minimumRequests: 20 }],
  alarms: ['fraud-errors'],
  tickSeconds: 300,
  minimumSamples: 100,
  inconclusiveLimit: 5,
  consecutiveErrorLimit: 4,
  maxHoldSeconds: 86_400,
  updateDeadlineSeconds: 3600,
};

export const PROFILE: ServingProfile = {
  endpointName: 'fraud',
  registryUrl: 'https://registry.example.com',
  tenant: 'default',
  model: 'fraud-detection',
  executionRoleArn: 'arn:aws:iam::111122223333:role/fraud',
  instanceType: 'ml.m5.large',
  instanceCount: 2,
  subnets: ['subnet-1', 'subnet-2'],
  securityGroupIds: ['sg-1'],
  networkIsolation: true,
  environment: { MODE: 'fast' },
  tags: { team: 'risk' },
  topicArn: 'arn:aws:sns:eu-west-1:111122223333:releases',
  plan: PLAN,
};

export const IMAGE = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud@sha256:${'a'.repeat(64)}`;
export const SHA256 = 'b'.repeat(64);
export const ARTIFACT = `s3://artifacts/fraud-detection/${SHA256}/model.tar.gz`;

export const V1: Serving = {
  revision: 1,
  image: IMAGE,
  artifactSha256: SHA256,
  modelName: 'model-1',
  configName: 'config-1',
  variant: 'Stable',
  instanceCount: 2,
  instanceType: 'ml.m5.large',
};

/** Of an endpoint that serves version 1, or none. */
export function serving(stable: Serving | null = V1): Head {
  return stable === null ? NO_HEAD : { ...NO_HEAD, rev: 1, auditSequence: 1, stable };
}

export function starting(own: Partial<Extract<ReleaseEvent, { kind: 'start' }>> = {}): ReleaseEvent {
  return {
    kind: 'start', release: 'release', revision: 2, image: IMAGE, artifact: ARTIFACT, artifactSha256: SHA256, profile: PROFILE, at: START, actor: ALICE, ...own,
  };
}

type Bare = ReleaseEvent extends infer One ? One extends ReleaseEvent ? Omit<One, 'at' | 'actor'> : never : never;

export function happening(bare: Bare, at = START, actor = MACHINE): ReleaseEvent {
  return { ...bare, at, actor } as ReleaseEvent;
}

/** The head after events that all have to be taken. */
export function after(head: Head, ...events: readonly ReleaseEvent[]): Head {
  return events.reduce((now, event) => {
    const change = reduce(now, event);
    if (change.refused) {
      throw new Error(`${event.kind} was refused: ${change.code} ${change.detail}`);
    }
    return change.head;
  }, head);
}

/** A release whose first stage has its weights, since `START`. */
export function canary(head = serving()): Head {
  return after(head, starting(), happening({ kind: 'begin' }), happening({ kind: 'confirm' }), happening({ kind: 'confirm' }));
}

export const HEALTHY: Judgement = {
  verdict: 'Healthy', reason: 'within all limits', blameless: false, starved: false, early: false, candidateRequests: 1000, stableRequests: 9000, notices: [],
};

/** A tick of the judge so many minutes after `START`. */
export function tick(minutes: number, own: Partial<Judgement> = {}, sinceAt = START): ReleaseEvent {
  return happening(
    { kind: 'judge', judgement: { ...HEALTHY, ...own }, since: new Date(sinceAt).toISOString(), sinceAt }, START + minutes * MINUTE);
}

/** An endpoint that is just as an arrangement has it. */
export function inService({ configName, variants }: Arrangement, own: Partial<DescribedEndpoint> = {}): DescribedEndpoint {
  return {
    status: 'InService',
    configName,
    variants: variants.map(({ slot, weight, instanceCount }) => ({
      name: slot, currentWeight: weight, desiredWeight: weight, currentInstances: instanceCount, desiredInstances: instanceCount,
    })),
    ...own,
  };
}
