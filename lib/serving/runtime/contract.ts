/** Agreed between all endpoints and their handlers. Imports nothing. */

/** On every configuration and model that belongs to an endpoint: its value is the endpoint's name. */
export const ENDPOINT_TAG = 'cdk-ml-platform:endpoint';
