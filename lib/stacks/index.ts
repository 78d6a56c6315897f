export * from './model-stores-stack';
export * from './online-inference-stack';
