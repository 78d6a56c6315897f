import { relative } from 'node:path';
import { clearPermitted, PERMITTED_CHANGES } from './permitted';
import { keepRelease, templatesOf } from './releases';
import { completeReferenceApp } from '../reference-app';

const [version] = process.argv.slice(2);
if (version === undefined) {
  throw new Error('say which version: npm run keep-release -- 1.2.3');
}
process.env.CDK_VALIDATION = 'false'; // the demo judges; this only keeps
const templates = templatesOf(completeReferenceApp);
const folder = keepRelease(version, templates);
clearPermitted();
console.log(`${templates.size} templates kept in ${relative(process.cwd(), folder)}; ${PERMITTED_CHANGES} is empty again`);
