import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureApis } from './api-measure';
import { MOST_ENDPOINTS } from './api-place';
import { apiReport, apiTargets } from './api-report';
import { endpointCosts, lambdaInvocations } from './api-resources';
import { isMet } from './targets';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    check: { type: 'boolean', default: false }, // fail on what holds on any machine
  },
});

const library = join(__dirname, '..', 'build'); // compiled, as users have it
const times = measureApis({ apis: 8, sizes: [1, MOST_ENDPOINTS], runs: Number(values.runs), library });
const summary = { costs: endpointCosts(), times, lambdaInvocations: lambdaInvocations() };
console.log(apiReport(summary));
process.exitCode = values.check && !apiTargets(summary).every(isMet) ? 1 : 0;
