import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledgements, faults, ruleExceptions } from './acknowledgement-list';
import { acknowledgementPage } from './acknowledgement-page';
import { completeReferenceApp } from './reference-app';
import { packReport } from './strict-synth';
import { VALIDATION_EXCEPTIONS } from './validation-exceptions';

const PAGE = join(__dirname, '..', 'docs', 'acknowledgements.md');

const outdir = mkdtempSync(join(tmpdir(), 'acknowledgements-'));
try {
  const { app, report } = packReport(completeReferenceApp, outdir);
  const owners = acknowledgements(app, report);
  writeFileSync(PAGE, acknowledgementPage(owners, ruleExceptions(app), VALIDATION_EXCEPTIONS));
  const wrong = faults(owners);
  console.log([`docs/acknowledgements.md shows ${owners.length} constructs`, ...wrong].join('\n'));
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
