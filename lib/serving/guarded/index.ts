export * from './data-capture';
export * from './deployment-plan';
export * from './endpoint-scaling';
export * from './existing-model';
export * from './guarded-endpoint';
export * from './model-container';
export * from './multi-model';
export * from './variant-hosting';
