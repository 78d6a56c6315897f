import { auditTrail } from './audit-trail';
import { BenchCase } from './bench-case';
import { guardedEndpoint } from './guarded-endpoint';
import { modelRegistry } from './model-registry';
import { trainingQueue } from './training-queue';

export const CASES: readonly BenchCase[] = [guardedEndpoint, modelRegistry, auditTrail, trainingQueue];

export function caseOf(name: string): BenchCase {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(`there is no case ${name}; there are ${CASES.map((each) => each.name).join(', ')}`);
  }
  return found;
}
