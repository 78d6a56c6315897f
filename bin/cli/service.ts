import { ADDRESS_OUTPUT, ADDRESS_PARAMETER_PREFIX, ROUTES } from '../../lib/registry/runtime/contract';
import { DESK_OUTPUT, DESK_PARAMETER_PREFIX, DESK_ROUTES, STOP_ADDRESS_PREFIX, STOP_OUTPUT, STOP_ROUTES } from '../../lib/serving/progressive/runtime/contract';

/** An HTTP API of this library: how messages call it, what it answers to, and where its address is written down. */
export interface Service {
  readonly the: string;
  readonly a: string;
  /** What a failure is called when there is none. */
  readonly missing: string;
  readonly routes: readonly { readonly verb: string; readonly method: 'GET' | 'POST'; readonly path: string }[];
  /** Of a stack. */
  readonly output: string;
  /** Of SSM parameters. */
  readonly parameterPrefix: string;
}

export const REGISTRY: Service = {
  the: 'the registry',
  a: 'a registry',
  missing: 'NO_REGISTRY',
  routes: ROUTES,
  output: ADDRESS_OUTPUT,
  parameterPrefix: ADDRESS_PARAMETER_PREFIX,
};

export const RELEASE_DESK: Service = {
  the: 'the release desk',
  a: 'a release desk',
  missing: 'NO_RELEASE_DESK',
  routes: DESK_ROUTES,
  output: DESK_OUTPUT,
  parameterPrefix: DESK_PARAMETER_PREFIX,
};

export const EMERGENCY_STOP: Service = {
  the: 'the emergency stop',
  a: 'an emergency stop',
  missing: 'NO_EMERGENCY_STOP',
  routes: STOP_ROUTES,
  output: STOP_OUTPUT,
  parameterPrefix: STOP_ADDRESS_PREFIX,
};
