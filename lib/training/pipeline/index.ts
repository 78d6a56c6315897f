export * from './column-check';
export * from './pipeline-start';
export * from './training-data';
export * from './training-pipeline';
export * from './training-pipeline-props';
export * from './training-step';
