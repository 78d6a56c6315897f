import { parseArgs } from 'node:util';
import { measureReleases } from './release-measure';
import { releaseReport, releaseTargets } from './release-report';
import { isMet } from './targets';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    check: { type: 'boolean', default: false }, // fail on what holds on any machine
  },
});

async function main(): Promise<void> {
  const releases = await measureReleases(Number(values.runs));
  console.log(releaseReport(releases, Number(values.runs)));
  process.exitCode = values.check && !releaseTargets(releases).filter(({ portable }) => portable).every(isMet) ? 1 : 0;
}

process.env.CDK_VALIDATION = 'false'; // what is counted is the release
void main();
