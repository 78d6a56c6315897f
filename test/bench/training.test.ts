import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMet } from '../../bench/targets';
import { TRAINING_VARIANTS, trainingApp } from '../../bench/training-app';
import { summarizeTraining, TrainingCosts, trainingReport, trainingTargets } from '../../bench/training-report';
import * as library from '../../lib';

/** Costs in which a queue takes so many milliseconds, on top of 100 for the network; one run of them is an outlier. */
function costs(ours: number): TrainingCosts {
  const cost = (perQueue: number, queues: number) => ({ milliseconds: 100 + perQueue * queues, resources: 30 * queues });
  const runs = (perQueue: number) => [1, 1, 5].map((slow) => [1, 41].map((queues) => cost(perQueue * slow, queues)));
  return new Map([['ours', runs(ours)], ['l2-with-the-rest', runs(10)], ['l2', runs(2)]]);
}

test('a ratio is of what one queue more costs, run by run, and its median: neither the network nor a slow run is in it', () => {
  const [ours, , bare] = summarizeTraining(1, 41, costs(10.9)).rows;
  expect([ours.timesTheSame, ours.timesBare, bare.timesTheSame].map((ratio) => ratio.toFixed(2))).toEqual(['1.09', '5.45', '0.20']);
  expect(ours.milliseconds).toBeCloseTo(10.9);
  expect(ours.resources).toBe(30);
});

test.each([[10.9, true], [11.1, false]])('a target that is missed is said to be missed: %p ms against 10', (milliseconds, met) => {
  const summary = summarizeTraining(1, 41, costs(milliseconds));
  expect(trainingTargets(summary).map(isMet)).toEqual([met, false]);
  const [same, alone] = trainingReport(summary).split('\n').slice(-2);
  expect(same).toMatch(met ? /^met .*1\.09x, at most 1\.1x$/ : /^MISSED .*1\.11x, at most 1\.1x$/);
  expect(alone).toMatch(/^MISSED .* the Batch L2 alone: 5\.\d\dx, at most 1\.1x$/);
});

test('what is compared with is as much: the app by hand has the resources of ours, give or take one in ten', () => {
  const [ours, byHand, alone] = TRAINING_VARIANTS.map((variant) => {
    const outdir = mkdtempSync(join(tmpdir(), 'training-'));
    trainingApp(variant, 2, outdir, library).synth();
    const { Resources: resources } = JSON.parse(readFileSync(join(outdir, 'Training0.template.json'), 'utf8')) as { Resources: object };
    return Object.keys(resources).length;
  });
  expect(Math.abs(byHand - ours) / ours).toBeLessThan(0.1);
  expect(alone).toBeLessThan(ours / 3);
});
