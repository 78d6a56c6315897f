import { canary } from './releases';
import { SimulatedAccount } from './simulated-account';
import { page } from '../../../../lib/serving/progressive/runtime/pager';

/** Subject and first line of the message; the account refuses what SNS would. */
async function paged(what: string): Promise<string[]> {
  const account = new SimulatedAccount();
  await page(canary().release!, what, account.world());
  const [{ Subject, Message }] = account.named('Publish').slice(-1);
  return [String(Subject), String(Message).split(' version 2: ')[1]];
}

test.each([
  ['several lines', 'SageMaker refused: no role.\r\n\tLook at it', 'fraud: SageMaker refused: no role. Look at it'],
  ['the name of an alarm that is not ASCII', 'alarm Fehlerrate für Beträge 💥 does not exist', 'fraud: alarm Fehlerrate f r Betr ge does not exist'],
  ['more than fits', 'x'.repeat(200), `fraud: ${'x'.repeat(92)}`],
])('people hear of %s: in a subject that SNS takes, and word by word in the message', async (_name, what, subject) => {
  const [said, message] = await paged(what);
  expect(said).toBe(subject);
  expect(message).toContain(`${what}.`);
});
