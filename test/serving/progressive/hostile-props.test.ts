import { Stack } from 'aws-cdk-lib';
import { EmergencyStop, EmergencyStopProps } from '../../../lib/serving';
import { describeHostileProps, Fine, LEFT_OUT, Make, testPropsThatAreNone } from '../../support/hostile-props';

const STOP: Fine<EmergencyStopProps> = {
  stopName: 'undefined, text, a reference as text',
  environment: 'undefined, text, a reference as text',
  trustedSessionRoles: 'undefined, an empty list',
  encryptionKey: LEFT_OUT,
};
const stop: Make = (stack, changed) => { new EmergencyStop(stack, 'Stop', changed); };

testPropsThatAreNone([['an emergency stop', (props) => new EmergencyStop(new Stack(), 'Stop', props)]]);
describeHostileProps([['an emergency stop', stop, STOP]]);
