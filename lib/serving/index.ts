export * from './endpoint-slot';
export * from './guarded';
export * from './model-endpoint';
export * from './rollback-trigger';
