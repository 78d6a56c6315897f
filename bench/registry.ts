import { parseArgs } from 'node:util';
import { handlerSizes, importMilliseconds } from './registry-handlers';
import { registryReport, registryTargets } from './registry-report';
import { costsPerVerb } from './registry-requests';
import { isMet } from './targets';
import { API_BUNDLE, JOURNAL_BUNDLE, RETENTION_BUNDLE } from '../lib/registry/runtime/contract';

const BUNDLES = [API_BUNDLE, JOURNAL_BUNDLE, RETENTION_BUNDLE];
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    check: { type: 'boolean', default: false }, // fail on what holds on any machine
  },
});

async function main(): Promise<void> {
  const runs = Number(values.runs);
  const summary = {
    runs,
    verbs: await costsPerVerb(),
    handlers: handlerSizes(),
    importMilliseconds: new Map(BUNDLES.map((name) => [name, importMilliseconds(name, runs)])),
  };
  console.log(registryReport(summary));
  process.exitCode = values.check && !registryTargets(summary).every(isMet) ? 1 : 0;
}

void main();
