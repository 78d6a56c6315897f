import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { complain, revision, saysLatest } from '../core/name-rules';

const SLUG = /^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/;
const RULE_OF_SLUGS = 'must be 2 to 32 characters of a-z, 0-9 and -, the first and the last a letter or a digit';
// how IAM spells the name of a role, without its path: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** The name of an environment or of a tenant: part of keys, of paths and of a parameter's name. */
export function checkSlug(checks: Checks, code: string, prop: string, value: string): Checks {
  return checks.that(code, { value }, (known) => typeof known.value === 'string' && SLUG.test(known.value) ? undefined
    : complain(prop, RULE_OF_SLUGS, shown(known.value)));
}

/** The integer of a version. */
export function checkRevision(checks: Checks, value: number): Checks {
  return checks.that('Revision', { value: value as unknown }, (known) => {
    if (typeof known.value === 'string' && saysLatest(known.value)) {
      return complain('revision', 'must not say `latest`, which names whatever came last; name a revision', shown(known.value));
    }
    const complaint = revision(known.value);
    return complaint === undefined ? undefined : complain('revision', complaint, shown(known.value));
  });
}

/** Roles whose session names somebody other than the caller chooses. */
export function checkRoles(checks: Checks, prop: string, names: readonly string[]): Checks {
  names.forEach((name) => checks.that('TrustedSessionRole', { name }, (known) =>
    typeof known.name === 'string' && ROLE_NAME.test(known.name) ? undefined
      : complain(prop, 'must hold names of roles: 1 to 64 letters, digits and _ + = , . @ -; give the name alone, without ARN, path and pattern',
        shown(known.name))));
  return checkOnce(checks, 'TrustedSessionRoleTwice', prop, names);
}

/** A list in which each text stands once. */
export function checkOnce(checks: Checks, code: string, prop: string, texts: readonly string[]): Checks {
  return checks.that(code, { texts }, (known) => {
    const twice = known.texts.find((text, place) => known.texts.indexOf(text) !== place);
    return twice === undefined ? undefined : `\`${prop}\` must name each once: got ${shown(twice)} more than once`;
  });
}
