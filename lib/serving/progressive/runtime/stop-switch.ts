import { GetParameterCommand } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { StopSwitch } from './contract';
import { BaseWorld, StopWorld } from './release-world';
import { retried } from './retried';

/** A switch as it is in its parameter; `malformed`: it is there and makes no sense, which counts as on. */
export type StopReading =
  | { readonly read: 'switch'; readonly value: StopSwitch }
  | { readonly read: 'malformed' }
  | { readonly read: 'unreadable' };

const Switch: z.ZodType<StopSwitch> = z.strictObject({
  state: z.enum(['on', 'off']),
  by: z.string(),
  person: z.string(),
  at: z.iso.datetime(),
});

/** Reads the emergency stop, each time anew: a switch that was read a minute ago says nothing about now. */
export async function readStop(world: BaseWorld & StopWorld): Promise<StopReading> {
  let text: string | undefined;
  try {
    const { Parameter } = await retried(() => world.ssm.send(new GetParameterCommand({ Name: world.stopParameter })), world);
    text = Parameter?.Value;
  } catch (error) {
    world.log.error('the emergency stop cannot be read', { error });
    return { read: 'unreadable' };
  }
  return switchOf(text);
}

export function switchOf(text: string | undefined): StopReading {
  try {
    return { read: 'switch', value: Switch.parse(JSON.parse(text ?? '')) };
  } catch {
    return { read: 'malformed' };
  }
}

/** What makes no sense counts as on. What cannot be read lets nothing go forward, and takes nothing back. */
export function stopState(reading: StopReading): 'on' | 'off' | 'unreadable' {
  return reading.read === 'switch' ? reading.value.state : reading.read === 'unreadable' ? 'unreadable' : 'on';
}
