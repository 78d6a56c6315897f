export * from './approval-gate';
export * from './model-registry';
export * from './model-registry-props';
export * from './model-scope';
export * from './registered-model';
export * from './transition';
