import { thing } from './kinds';

/** People give the text, or EC2's type, where the value is wanted. */
export const INSTANCE_TYPE = thing('an MlInstanceType, as in MlInstanceType.of(\'ml.m5.xlarge\')', 'name', '_settle');
