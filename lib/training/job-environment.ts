import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { checkFreeText } from '../core/names';

const MOST_ENTRIES = 100;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** What Batch, ECS and this library say to a container. */
const TAKEN = /^(?:AWS_BATCH_|AWS_CONTAINER_|ECS_|CHECKPOINT_)/;
/** Words that make a name look like a secret; a tokenizer's special tokens are none. */
const SECRET_WORDS = new RegExp('(?:^|_)(?:SECRETS?|PASSWORD|PASSWD|PWD|PASSPHRASE|CREDENTIALS?|APIKEY|'
  + '(?:API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|AUTH)_KEY)(?:_|$)');
const TOKEN = /(?:^|_)TOKEN(?:_|$)/;
const SPECIAL_TOKEN = /(?:^|_)(?:PAD|EOS|BOS|SEP|CLS|MASK|UNK|STOP|START|END)_TOKEN$/;
const SECRET_VALUES = [
  /(?:AKIA|ASIA)[A-Z0-9]{16}/, // AWS access key id
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/, // GitHub
  /\bhf_[A-Za-z0-9]{30,}/, // Hugging Face
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/, // Slack
];

/** A job's environment, command and parameters are read by everybody who may describe jobs: no secrets in them. */
export function checkEnvironment(checks: Checks, prop: string, environment: Readonly<Record<string, string>>): void {
  const names = Object.keys(environment);
  checks.report('EnvironmentTooLarge', names.length <= MOST_ENTRIES ? undefined
    : `\`${prop}\` must have at most ${MOST_ENTRIES} entries: got ${names.length}`);
  for (const name of names) {
    checks.report('EnvironmentName', wrongName(prop, name));
    checks.report('SecretInEnvironment', looksSecret(name)
      ? `\`${prop}\` must not carry secrets, because everybody who may describe jobs reads it: got the name ${shown(name)}; use \`secrets\`` : undefined);
    checkText(checks, `${prop}.${name}`, environment[name]);
  }
}

/** One text that stands in a job definition. */
export function checkText(checks: Checks, path: string, text: string): void {
  checkFreeText(checks, path, text, 4096);
  // the value is not echoed: it may be the secret
  checks.that('SecretInEnvironment', { text }, (known) => typeof known.text === 'string' && SECRET_VALUES.some((pattern) => pattern.test(known.text))
    ? `\`${path}\` must not carry secrets: got something that looks like a key; take it out, revoke it and use \`secrets\`` : undefined);
}

/** What an environment variable must not be called, or nothing. */
export function wrongName(prop: string, name: string): string | undefined {
  if (!NAME.test(name)) {
    return `\`${prop}\` must have names of letters, digits and underscores, at most 128, no digit first: got ${shown(name)}`;
  }
  return TAKEN.test(name) ? `\`${prop}\` must leave names to Batch and this library that they set themselves: got ${shown(name)}; choose another` : undefined;
}

/** Whether a name is one that secrets have. */
export function looksSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  return SECRET_WORDS.test(words) || (TOKEN.test(words) && !SPECIAL_TOKEN.test(words));
}
