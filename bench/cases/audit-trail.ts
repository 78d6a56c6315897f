import { BenchCase } from './bench-case';

export const auditTrail: BenchCase = {
  name: 'audit-trail',
  what: '`AuditTrailStack`',
  many: 10,
  ours: (app, count, { stacks }) => {
    for (let index = 0; index < count; index++) {
      new stacks.AuditTrailStack(app, `Trail${index}`);
    }
  },
};
