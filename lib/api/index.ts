export * from './api-alarm-limits';
export * from './api-auth';
export * from './api-client-options';
export * from './api-domain';
export * from './api-endpoint';
export * from './api-firewall';
export * from './inference-api';
export * from './inference-api-props';
