import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../../../bin/cli/whole-file';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'whole-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('who reads while a file is written anew reads all of the old one, and nothing else is left', async () => {
  const file = join(folder, 'page.html');
  await writeWhole(file, 'old');
  const reader = openSync(file, 'r');
  await writeWhole(file, 'new');
  expect([readFileSync(reader, 'utf8'), readFileSync(file, 'utf8')]).toEqual(['old', 'new']);
  closeSync(reader);
  expect(readdirSync(folder)).toEqual(['page.html']);
});

test.each([
  ['nowhere/page.html', 'its folder does not exist; make it first'], ['.', 'it is a folder; name a file in it'],
])('%s cannot be written, which is said, and nothing is left', async (path, reason) => {
  await expect(writeWhole(join(folder, path), 'new')).rejects.toMatchObject({ code: 'UNWRITABLE', message: expect.stringContaining(reason) as string });
  expect(readdirSync(folder)).toEqual([]);
});
