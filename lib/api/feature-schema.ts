import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

const DRAFT4 = /^http:\/\/json-schema\.org\/draft-04\/schema#?$/;

/** A schema in a file, when the file is the one that a version was registered with. */
export function featureSchema(path: string, sha256: string): apigateway.JsonSchema {
  const checks = new Checks();
  const bytes = bytesOf(checks, path);
  const found = createHash('sha256').update(bytes ?? '').digest('hex');
  checks.report('FeatureSchemaHash', bytes === undefined || sha256 === found ? undefined
    : `\`sha256\` must be the SHA-256 of the file, as the version was registered with: got ${shown(sha256)}, and ${path} has ${found}; `
      + 'take the schema of the version that serves');
  const schema = schemaIn(checks, bytes);
  checks.settle();
  const { $schema, ...rest } = schema;
  const draft = DRAFT4.test(String($schema)) ? apigateway.JsonSchemaVersion.DRAFT4 : $schema;
  return $schema === undefined ? rest : { schema: draft, ...rest };
}

function bytesOf(checks: Checks, path: string): Buffer | undefined {
  try {
    return readFileSync(isPath(path) ? path : ''); // a number would be a file that is open already
  } catch {
    checks.report('FeatureSchemaFile',
      `\`path\` must be a file that can be read: got ${shown(path)}; name the schema's file, from where the app runs`);
    return undefined;
  }
}

function isPath(path: unknown): path is string {
  return typeof path === 'string';
}

function schemaIn(checks: Checks, bytes: Buffer | undefined): Record<string, never> {
  const value = parsed(bytes?.toString('utf8') ?? '{}');
  const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value);
  checks.report('FeatureSchemaFile', isSchema ? undefined : '`path` must hold a JSON schema, an object: got something else; write one in draft 4');
  return isSchema ? value as Record<string, never> : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
