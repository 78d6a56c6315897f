import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { median } from './summary';
import {
  ENV_ARTIFACT_BUCKET, ENV_AUDIT_BUCKET, ENV_AUDIT_TABLE, ENV_ENVIRONMENT, ENV_EVENT_BUS, ENV_REGISTRY_TABLE, ENV_RUNBOOK,
} from '../lib/registry/runtime/contract';
import { bundleHandlers } from '../tools/bundle-handlers';

const ROOT = join(__dirname, '..');
/** Everything that a handler of the registry reads when it is loaded. */
const ENVIRONMENT = Object.fromEntries([
  ENV_REGISTRY_TABLE, ENV_AUDIT_TABLE, ENV_AUDIT_BUCKET, ENV_ARTIFACT_BUCKET, ENV_EVENT_BUS, ENV_ENVIRONMENT, ENV_RUNBOOK,
].map((name) => [name, 'measured']));
/** One process loads one bundle, with nothing loaded before; the SDK lies beside it, as it does in Lambda. */
const LOAD = 'const start = performance.now(); require(process.argv[1]); process.stdout.write(String(performance.now() - start));';

/** A handler as it ships. */
export interface HandlerSize {
  readonly name: string;
  readonly bytes: number;
  readonly gzippedBytes: number;
}

export function handlerSizes(): HandlerSize[] {
  return bundleHandlers(ROOT)
    .map(({ name, code }) => ({ name, bytes: Buffer.byteLength(code), gzippedBytes: gzipSync(code).length }));
}

/** Milliseconds until a compiled handler of the registry is loaded: the median of so many processes. */
export function importMilliseconds(name: string, runs: number): number {
  const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', ...ENVIRONMENT };
  const bundle = join(ROOT, 'handlers', name, 'index.js');
  const load = () => Number(execFileSync(process.execPath, ['-e', LOAD, bundle], { encoding: 'utf8', env, stdio: 'pipe' }));
  return median(Array.from({ length: runs }, load));
}
