export * from './emergency-stop';
export * from './endpoint-deletion';
export * from './progressive-endpoint';
export * from './progressive-endpoint-props';
export * from './release-plan';
export * from './release-stage';
