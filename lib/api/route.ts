import { ApiEndpoint } from './api-endpoint';
import { AsynchronousRoute, RealTimeRoute } from './route-kinds';
import { IModelEndpoint } from '../serving';
import { healthPath, healthScope, invocationsPath, invokeScope } from './runtime/contract';

/** What the API knows of one endpoint: methods, permissions, scopes and the OpenAPI document are all made from this. */
export interface Route {
  readonly name: string;
  readonly endpoint: IModelEndpoint;
  readonly how: RealTimeRoute | AsynchronousRoute;
  readonly invocationsPath: string;
  readonly healthPath: string;
  /** Names of scopes, without the resource server. */
  readonly invokeScope: string;
  readonly healthScope: string;
}

/** The routes of an API, in the order in which they are given. */
export function routesOf(endpoints: readonly IModelEndpoint[], apiEndpoints: readonly ApiEndpoint[]): Route[] {
  const all = [...endpoints.map((endpoint) => ApiEndpoint.realTime(endpoint)), ...apiEndpoints];
  return all.map(({ routeName: name, endpoint, _route: how }) => ({
    name,
    endpoint,
    how,
    invocationsPath: invocationsPath(name),
    healthPath: healthPath(name),
    invokeScope: invokeScope(name),
    healthScope: healthScope(name),
  }));
}
