import { ROUTES } from '../../lib/registry/runtime/contract';
import { DESK_ROUTES, STOP_ROUTES } from '../../lib/serving/progressive/runtime/contract';

/** An HTTP API of this library that wants signed requests: how messages call it, and what it answers to. */
export interface Service {
  readonly noun: string;
  /** Of the failure when there is none at an address. */
  readonly missing: string;
  readonly routes: readonly { readonly verb: string; readonly method: 'GET' | 'POST'; readonly path: string }[];
}

export const REGISTRY: Service = { noun: 'registry', missing: 'NO_REGISTRY', routes: ROUTES };
export const RELEASE_DESK: Service = { noun: 'release desk', missing: 'NO_RELEASE_DESK', routes: DESK_ROUTES };
export const EMERGENCY_STOP: Service = { noun: 'emergency stop', missing: 'NO_EMERGENCY_STOP', routes: STOP_ROUTES };
