import { App, Stack } from 'aws-cdk-lib';
import { l1Api } from './api-l1';
import { ApiPlace, Library } from './api-place';

const VARIANTS = { ours: ourApi, l1: l1Api } satisfies Record<string, (place: ApiPlace) => void>;
export type ApiVariant = keyof typeof VARIANTS;

/** Which app is made, and where it is written to. */
export interface ApiAppOptions {
  readonly variant: ApiVariant;
  readonly apis: number;
  readonly endpointsEach: number;
  readonly outdir: string;
  readonly library: Library;
}

/** A stack for each API, since an API takes 25 endpoints. */
export function apiApp({ variant, apis, endpointsEach, outdir, library }: ApiAppOptions): App {
  const app = new App({ outdir });
  const endpoints = Array.from({ length: endpointsEach }, (_, index) => `churn-${index}`);
  for (let index = 0; index < apis; index++) {
    VARIANTS[variant]({ stack: new Stack(app, `Api${index}`), apiName: `models-${index}`, endpoints, library });
  }
  return app;
}

/** Default props. */
function ourApi({ stack, apiName, endpoints, library: { api, serving } }: ApiPlace): void {
  new api.InferenceApi(stack, 'Api', {
    apiName, endpoints: endpoints.map((name) => serving.GuardedEndpoint.fromEndpointName(stack, name, name)),
  });
}
