import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '../test/mistakes/catalogue';
import { gatesClaimed, gatesOf, measure, Measured } from '../test/mistakes/measure';
import { Mistake } from '../test/mistakes/mistake';
import { mistakePage } from '../test/mistakes/page';

const PAGE = join(__dirname, '..', 'docs', 'mistakes.md');

process.env.CDK_VALIDATION = 'false'; // as in the tests; where the CDK's rules are asked, they are turned on

const all = TOPICS.flatMap(({ mistakes }) => mistakes);
const measured = new Map<Mistake, Measured>(all.map((mistake) => [mistake, measure(mistake.make)]));
const wrong = [...measured].filter(([{ claim }, found]) => String(gatesOf(found)) !== String(gatesClaimed(claim)));

writeFileSync(PAGE, mistakePage(TOPICS, (mistake) => measured.get(mistake)!));
console.log([
  `docs/mistakes.md shows ${measured.size} mistakes`,
  ...wrong.map(([{ title, claim }, found]) =>
    `${title}: claimed ${gatesClaimed(claim).join(', ') || 'nobody'}, measured ${gatesOf(found).join(', ') || 'nobody'}`),
].join('\n'));
process.exitCode = wrong.length === 0 ? 0 : 1;
