export * from './artifact-store';
export * from './image-store';
export * from './model-artifact';
export * from './model-image';
export * from './object-lock';
export * from './trial-retention';
