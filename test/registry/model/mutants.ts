/** A defect to plant: the words of a file, and what they become. Each is one that somebody could write. */
export interface Mutant {
  readonly name: string;
  /** The invariant it breaks. */
  readonly breaks: string;
  /** Below lib/registry/runtime. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const COMMIT = 'await this.world.dynamodb.send(new TransactWriteCommand({ TransactItems: planned.map(({ write }) => write) }));';
/** The same transaction without one part, which a second call writes. */
const apart = (part: string) => `await this.world.dynamodb.send(new TransactWriteCommand({
        TransactItems: planned.filter((each) => each.part !== '${part}').map(({ write }) => write) }));
      await this.world.dynamodb.send(new TransactWriteCommand({
        TransactItems: planned.filter((each) => each.part === '${part}').map(({ write }) => write) }));`;

/** The list of registry-invariants, in its order, and what we found worth adding. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the condition on `rev` is dropped',
    breaks: 'R10',
    file: 'transaction.ts',
    from: 'ConditionExpression: \'#rev = :seen\'',
    to: 'ConditionExpression: \'#rev = :seen OR attribute_exists(#rev)\'',
  },
  {
    name: 'a decision is made on an eventually consistent read',
    breaks: 'R13',
    file: 'batch-get.ts',
    from: 'ConsistentRead: true',
    to: 'ConsistentRead: false',
  },
  { name: 'the audit record is written by a second call', breaks: 'R8', file: 'registry-store.ts', from: COMMIT, to: apart('audit') },
  { name: 'sort keys are not padded', breaks: 'R17', file: 'keys.ts', from: 'String(number).padStart(DIGITS, \'0\')', to: 'String(number)' },
  {
    name: 'the approval is not bound to the digest',
    breaks: 'R6',
    file: 'reduce.ts',
    from: 'command.image !== version.image || command.artifactSha256 !== version.artifactSha256',
    to: 'false',
  },
  {
    name: 'the registrant may approve', breaks: 'R6', file: 'reduce.ts', from: 'command.actor.person === version.registrantPerson', to: 'false',
  },
  {
    name: 'the present version counts as one of the three',
    breaks: 'R5',
    file: 'production.ts',
    from: 'history.slice(0, RETAINED_VERSIONS)',
    to: 'history.slice(0, RETAINED_VERSIONS - 1)',
  },
  {
    name: 'a revision is compared as text',
    breaks: 'R4, R14',
    file: 'production.ts',
    from: 'head.history.filter(({ revision }) => revision !== version?.revision)',
    to: 'head.history.filter(({ revision }) => String(revision) as unknown !== version?.revision)',
  },
  { name: 'the request key is written by a second call', breaks: 'R11', file: 'registry-store.ts', from: COMMIT, to: apart('request') },
  {
    name: 'a rollback pushes where it should swap',
    breaks: 'R12',
    file: 'production.ts',
    from: 'history: [head.production, ...older]',
    to: 'history: [head.production, target, ...older].slice(0, RETAINED_VERSIONS)',
  },
  {
    name: 'retiring does not look at shadow and rollouts',
    breaks: 'R5, R14',
    file: 'reduce.ts',
    from: '...holds.flatMap(({ revision, release, as }) => revision === wanted ?',
    to: '...holds.flatMap(({ revision, release, as }) => revision === -wanted ?',
  },
  {
    name: 'the tenant is left out of one key',
    breaks: 'R18',
    file: 'keys.ts',
    from: 'return { pk: modelsPartition(tenant), sk: `${MODELS}${model}` };',
    to: 'return { pk: `MODELS#${tenant.length}`, sk: `${MODELS}${model}` };',
  },
  {
    name: 'a revoked version can be rolled back to',
    breaks: 'R2',
    file: 'production.ts',
    from: 'if (state !== \'Approved\') {',
    to: 'if (state !== \'Approved\' && state !== \'Revoked\') {',
  },
  { name: 'what is in production can be revoked', breaks: 'R2, R7', file: 'reduce.ts', from: 'if (head.production?.revision === version.revision) {\n    return refusal(\'REFUSED\'', to: 'if (head.nextRevision < 0) {\n    return refusal(\'REFUSED\'' },
  {
    name: 'in an emergency whatever was before takes its place',
    breaks: 'R2',
    file: 'production.ts',
    from: 'former !== undefined && notServable(former) === undefined',
    to: 'former !== undefined',
  },
  {
    name: 'an emergency leaves the revoked version to its release',
    breaks: 'R5, R14',
    file: 'production.ts',
    from: 'head: { holds }, releases',
    to: 'releases',
  },
  {
    name: 'an emergency revokes and leaves the pointer where it is',
    breaks: 'R2, R7',
    file: 'production.ts',
    from: 'if (head.production?.revision !== version.revision) {\n    return step;',
    to: 'if (head.nextRevision > 0) {\n    return step;',
  },
  {
    name: 'a promotion does not look whether artifact and image are there',
    breaks: 'the promise that what is in production can start',
    file: 'transitions.ts',
    from: 'bodies.plain(body), command: (asked) => ({ ...asked, verb, revision }), ...serves(world) }',
    to: 'bodies.plain(body), command: (asked) => ({ ...asked, verb, revision }) }',
  },
  {
    name: 'a replay with another body gets the first answer', breaks: 'R11', file: 'transact.ts', from: 'bodyHash !== transition.bodyHash', to: 'false',
  },
  {
    name: 'after a lost answer the request is made again without looking',
    breaks: 'R11',
    file: 'transact.ts',
    from: 'if (done !== undefined) {',
    to: 'if (false) {',
  },
  {
    name: 'time may go back',
    breaks: 'R9',
    file: 'reduce.ts',
    from: 'asked.at > head.lastAt ? asked : { ...asked, at: head.lastAt }',
    to: 'asked',
  },
  { name: 'a revision is given out twice', breaks: 'R4', file: 'reduce.ts', from: 'nextRevision: revision + 1', to: 'nextRevision: revision' },
];
