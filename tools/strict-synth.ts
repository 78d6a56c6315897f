import { App } from 'aws-cdk-lib';
import { addFivePacks, STRICT, SynthReport, synthReport } from './synth-report';

/** How the tools ask for an app: with a place to write to and the context they judge under. */
export interface AppOptions {
  readonly outdir: string;
  readonly context: Record<string, unknown>;
}
export type CreateApp = (options: AppOptions) => App;

/**
 * CDK prints every finding by itself when synth ends (core/private/synthesis-validation), ahead of the exception. With this
 * off it only writes the report file; warnings that constructs leave on themselves go into the same file.
 */
const REPORT_ONLY = {
  '@aws-cdk/core:failSynthOnValidationErrors': false,
  '@aws-cdk/core:annotationsInValidationReport': true,
};

/** Lets five packs and CDK's own rules, warnings included, judge an app. */
export function strictReport(createApp: CreateApp, outdir: string): SynthReport {
  const validation = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION; // `false` turns CDK's rules off
  try {
    return synthReport(packedApp(createApp, outdir));
  } finally {
    if (validation !== undefined) {
      process.env.CDK_VALIDATION = validation;
    }
  }
}

/** Lets five packs judge an app, without CDK's own rules: what acknowledgements are about, in a tenth of the time. */
export function packReport(createApp: CreateApp, outdir: string): { app: App; report: SynthReport } {
  const validation = process.env.CDK_VALIDATION;
  process.env.CDK_VALIDATION = 'false';
  try {
    const app = packedApp(createApp, outdir);
    return { app, report: synthReport(app) };
  } finally {
    if (validation === undefined) {
      delete process.env.CDK_VALIDATION;
    } else {
      process.env.CDK_VALIDATION = validation;
    }
  }
}

function packedApp(createApp: CreateApp, outdir: string): App {
  const context: Record<string, unknown> = { ...STRICT, ...REPORT_ONLY };
  const app = createApp({ outdir, context });
  const lost = Object.keys(context).filter((key) => app.node.tryGetContext(key) !== context[key]);
  if (lost.length > 0) {
    throw new Error(`the app must keep the context it is created with, or it is judged by milder rules: lost ${lost.join(', ')}`);
  }
  addFivePacks(app);
  return app;
}
