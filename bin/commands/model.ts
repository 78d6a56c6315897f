import { Command } from 'commander';
import { addApprove } from './approve';
import { addDiff } from './diff';
import { addReads } from './reads';
import { addRegister } from './register';
import { addRevoke } from './revoke';
import { addTransitions } from './transitions';
import { World } from '../cli/world';

/** `mlp model …`: versions, from registration to retirement. */
export function addModel(program: Command, world: World): void {
  const model = program.command('model').helpCommand(false).description('Versions of models');
  model.commandsGroup('Change:');
  addRegister(model, world);
  addApprove(model, world);
  addRevoke(model, world);
  addTransitions(model, world);
  model.commandsGroup('Look:');
  addReads(model, world);
  addDiff(model, world);
}
