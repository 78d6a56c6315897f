export * from './batch-inference';
export * from './batch-inference-props';
export * from './inference-engine';
export * from './inference-limits';
export * from './queue-engine-options';
