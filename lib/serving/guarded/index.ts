export * from './deployment-plan';
export * from './existing-model';
export * from './guarded-endpoint';
