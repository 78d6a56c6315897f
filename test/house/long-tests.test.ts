import { existsSync } from 'node:fs';
import { join } from 'node:path';
import LONG from '../support/long-tests.json';

test.each(LONG)('%s, which begins early because it takes long, is there', (file) => {
  expect(existsSync(join(__dirname, '..', file))).toBe(true);
});
