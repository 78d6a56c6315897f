import { aws_cloudwatch as cw, CfnResource } from 'aws-cdk-lib';
import { shown } from '../../core/invalid-props';
import { rendered } from '../rendered-resource';

/** With `ignore` an alarm keeps the state that it has, and it was OK when the release began. */
const SILENCE_IS_HEALTH = ['notBreaching', 'ignore'];

/** How an alarm stands in a template. */
interface RenderedAlarm {
  readonly ActionsEnabled?: boolean;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
}

/**
 * Judges an alarm that a release goes by, as it is at synth and as far as it is made in this app: one that was silenced, and one
 * that waits for something to fall and takes silence for health. A candidate that answers nothing would be promoted.
 */
export function checkAlarm(alarm: cw.IAlarmRef): void {
  const resource = resourceOf(alarm);
  resource?.node.addValidation({
    validate: () => {
      const { Properties: properties = {} } = rendered(resource);
      return problemsOf(shown(alarm.node.path), properties as RenderedAlarm);
    },
  });
}

function resourceOf(alarm: cw.IAlarmRef): CfnResource | undefined {
  const made = alarm.node.defaultChild ?? alarm;
  return cw.CfnAlarm.isCfnAlarm(made) ? made : undefined;
}

function problemsOf(path: string, alarm: RenderedAlarm): string[] {
  const { ActionsEnabled: acts = true, ComparisonOperator: compares = '', TreatMissingData: missing = 'missing' } = alarm;
  return [
    ...acts ? [] : [`\`ActionsEnabled\` of a rollback alarm must not be false: got ${path} with false; whoever silenced it would silence releases too, `
      + 'so take the trigger out instead'],
    ...compares.startsWith('LessThan') && SILENCE_IS_HEALTH.includes(missing) ? ['`TreatMissingData` of a rollback alarm that fires when something falls must '
      + `not be ${missing}: got ${path}; without data it would call a dead candidate healthy, so say breaching or missing`] : [],
  ];
}
