export * from './audit-trail-stack';
export * from './model-registry-stack';
export * from './model-stores-stack';
export * from './online-inference-stack';
export * from './progressive-release-stack';
