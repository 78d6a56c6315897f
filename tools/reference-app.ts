import { CreateApp } from './strict-synth';
import { createApp } from '../bin/ml-platform';

// any digests will do: nothing is pulled or read at synth
const SERVED = { imageDigest: `sha256:${'1'.repeat(64)}`, artifactSha256: '2'.repeat(64), trainerDigest: `sha256:${'3'.repeat(64)}` };

/** The reference app with everything in it: endpoint and training stand only when the app knows what serves and what trains. */
export const completeReferenceApp: CreateApp = ({ outdir, context }) => createApp({ outdir, context: { ...SERVED, ...context } });
