import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { acknowledgements, faults, Owner, ruleExceptions } from '../../tools/acknowledgement-list';
import { acknowledgementPage } from '../../tools/acknowledgement-page';
import { completeReferenceApp } from '../../tools/reference-app';
import { packReport } from '../../tools/strict-synth';
import { VALIDATION_EXCEPTIONS } from '../../tools/validation-exceptions';

const PAGE = join(__dirname, '..', '..', 'docs', 'acknowledgements.md');

let app: App;
let owners: Owner[];
beforeAll(() => {
  const judged = packReport(completeReferenceApp, mkdtempSync(join(tmpdir(), 'reference-')));
  app = judged.app;
  owners = acknowledgements(app, judged.report);
});

test('docs/acknowledgements.md shows what the reference app acknowledges', () => {
  if (readFileSync(PAGE, 'utf8') !== acknowledgementPage(owners, ruleExceptions(app), VALIDATION_EXCEPTIONS)) {
    throw new Error('docs/acknowledgements.md is not what the reference app says: run `npm run acknowledgements`, review, commit');
  }
});

test('no construct of the reference app acknowledges for more than five reasons, without a reason or without a pack', () => {
  expect(owners.length).toBeGreaterThan(0);
  expect(faults(owners)).toEqual([]);
});
