export * from './audit-alarms';
export * from './audit-signal';
export * from './audit-trail';
export * from './trail-storage';
