import { Command } from 'commander';
import { addAuditQuery } from './audit-query';
import { addAuditRepair } from './audit-repair';
import { addAuditVerify } from './audit-verify';
import { World } from '../cli/world';

/** `mlp audit …`: who did what, and whether the record of it is whole. */
export function addAudit(program: Command, world: World): void {
  const audit = program.command('audit').helpCommand(false).description('The audit trail');
  addAuditQuery(audit, world);
  addAuditVerify(audit, world);
  addAuditRepair(audit, world);
}
