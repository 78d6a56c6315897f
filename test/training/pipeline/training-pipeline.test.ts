import { App, Stack } from 'aws-cdk-lib';
import { definitionOf } from './pipeline-bench';
import { managedSpot, trainingPipeline } from './pipelines';
import { PipelineStart, TrainingStep } from '../../../lib/training';
import { ENV, openFindings } from '../../support/judged';

test('no pack has anything to say', () => {
  expect(openFindings((stack) => { trainingPipeline(stack, { starts: [PipelineStart.onArrival('_SUCCESS')] }); })).toEqual([]);
});

test('nor with a job of SageMaker', () => {
  expect(openFindings((stack) => { trainingPipeline(stack, { training: TrainingStep.onManagedSpot(managedSpot(stack)), parameters: {} }); })).toEqual([]);
});

test('x', () => {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  trainingPipeline(stack);
  expect(JSON.stringify(definitionOf(stack)).length).toBe(1);
});
