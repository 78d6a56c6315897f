export * from './endpoint-slot';
export * from './guarded';
export * from './model-endpoint';
export * from './progressive';
export * from './rollback-trigger';
