import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ExitCode } from './exit-code';
import { Failure, usage } from './failure';

/** A stack as `cdk synth` left it. */
export interface SynthesizedStack {
  /** As `cdk` lists it. */
  readonly name: string;
  readonly template: object;
}

/** As much of a cloud assembly's manifest as says where templates are. */
const Manifest = z.looseObject({
  artifacts: z.record(z.string(), z.looseObject({
    type: z.string(),
    displayName: z.string().optional(),
    properties: z.looseObject({ templateFile: z.string().optional(), directoryName: z.string().optional() }).optional(),
  })).default({}),
});

/** Every stack of an assembly, those of its stages too. */
export function stacksIn(folder: string): SynthesizedStack[] {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) {
    throw new Failure(ExitCode.NOT_FOUND, 'NO_ASSEMBLY', `there is no cloud assembly in ${folder}; run \`cdk synth\`, or name its folder (--app)`);
  }
  return Object.entries(Manifest.parse(jsonIn(file)).artifacts).flatMap(([id, { type, displayName, properties }]) => {
    if (type === 'cdk:cloud-assembly' && properties?.directoryName !== undefined) {
      return stacksIn(join(folder, properties.directoryName));
    }
    return type === 'aws:cloudformation:stack' && properties?.templateFile !== undefined
      ? [{ name: displayName ?? id, template: templateIn(join(folder, properties.templateFile)) }] : [];
  });
}

export function templateIn(file: string): object {
  return z.looseObject({}).parse(jsonIn(file));
}

function jsonIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(ExitCode.NOT_FOUND, 'NO_FILE', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${file} is no JSON; templates are read as \`cdk synth\` writes them`);
  }
}
