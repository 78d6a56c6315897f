import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { checkFreeText } from '../core/names';

// SageMaker: at most 100 entries, names and values of at most 1024 characters
const MOST_ENTRIES = 100;
const LONGEST = 1024;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Words that make a name look like a secret. `TOKENS` and `TOKENIZER` are a language model's daily bread and pass. */
const SECRET_WORDS = new Set(['SECRET', 'SECRETS', 'PASSWORD', 'PASSWD', 'PWD', 'PASSPHRASE', 'TOKEN', 'CREDENTIAL', 'CREDENTIALS', 'APIKEY']);
const SECRET_PAIRS = ['API_KEY', 'ACCESS_KEY', 'PRIVATE_KEY', 'SIGNING_KEY', 'ENCRYPTION_KEY', 'AUTH_KEY'];
/** What a tokenizer calls its special tokens: no secret. */
const SPECIAL_TOKENS = new Set(['PAD', 'EOS', 'BOS', 'SEP', 'CLS', 'MASK', 'UNK', 'STOP', 'START', 'END']);
const SECRET_VALUES = [
  /(?:AKIA|ASIA)[A-Z0-9]{16}/, // AWS access key id
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/, // GitHub
  /\bhf_[A-Za-z0-9]{30,}/, // Hugging Face
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/, // Slack
];

/** The environment of a model container is readable by everybody who may describe the model: no secrets in it. */
export function checkEnvironment(checks: Checks, prop: string, environment: Record<string, string>): void {
  const names = Object.keys(environment);
  checks.report('EnvironmentTooLarge', names.length <= MOST_ENTRIES ? undefined
    : `\`${prop}\` must have at most ${MOST_ENTRIES} entries: got ${names.length}`);
  for (const name of names) {
    checks.report('EnvironmentName', judgeName(prop, name));
    checkFreeText(checks, `${prop}.${name}`, environment[name], LONGEST);
    checks.that('EnvironmentValue', { value: environment[name] }, ({ value }) => judgeValue(`${prop}.${name}`, value));
  }
}

function judgeName(prop: string, name: string): string | undefined {
  if (name.length > LONGEST || !NAME.test(name)) {
    return `\`${prop}\` must have names of letters, digits and underscores, at most ${LONGEST}, no digit first: got ${shown(name)}`;
  }
  return looksSecret(name)
    ? `\`${prop}\` must not carry secrets, because everybody who may describe the model reads it: got the name ${shown(name)}; `
      + 'pack what the model needs into its artifact, or let the caller send it'
    : undefined;
}

function judgeValue(path: string, value: unknown): string | undefined {
  // the value is not echoed: it may be the secret
  return typeof value === 'string' && SECRET_VALUES.some((pattern) => pattern.test(value))
    ? `\`${path}\` must not carry secrets: got something that looks like a key; take it out and revoke it` : undefined;
}

function looksSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase().split('_').filter((word) => word !== '');
  const special = words.length >= 2 && words[words.length - 1] === 'TOKEN' && SPECIAL_TOKENS.has(words[words.length - 2]);
  return SECRET_PAIRS.some((pair) => `_${words.join('_')}_`.includes(`_${pair}_`))
    || (!special && words.some((word) => SECRET_WORDS.has(word)));
}
