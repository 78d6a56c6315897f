import { Command } from 'commander';
import { addOpenApi } from './api-openapi';
import { addToken } from './api-token';
import { World } from '../cli/world';

/** `mlp api …`: what a client of an inference API needs beside `mlp invoke`. */
export function addApi(program: Command, world: World): void {
  const api = program.command('api').helpCommand(false).description('Inference APIs');
  addToken(api, world);
  addOpenApi(api, world);
}
