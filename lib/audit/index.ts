export * from './audit-alarms';
export * from './audit-signal';
export * from './audit-trail';
export * from './audit-trail-props';
export * from './trail-storage';
