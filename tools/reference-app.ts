import { CreateApp } from './strict-synth';
import { createApp } from '../bin/ml-platform';

// any digests will do: nothing is pulled or read at synth
const SERVED = { imageDigest: `sha256:${'1'.repeat(64)}`, artifactSha256: '2'.repeat(64) };

/** The reference app with everything in it: the endpoint stands only when the app knows what it serves. */
export const completeReferenceApp: CreateApp = ({ outdir, context }) => createApp({ outdir, context: { ...SERVED, ...context } });
