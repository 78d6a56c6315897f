export * from './audit-trail-stack';
export * from './inference-api-stack';
export * from './model-registry-stack';
export * from './model-stores-stack';
export * from './online-inference-stack';
export * from './progressive-release-stack';
export * from './training-stack';
