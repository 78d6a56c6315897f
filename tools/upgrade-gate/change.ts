/** What an upgrade may do only if somebody said so. */
export const CHANGES = {
  'permissions-broadened': 'somebody may do more than before, or a rule that limited them changed',
  'stateful-replaced': 'a resource that holds state is replaced',
  'stateful-removed': 'a resource that holds state leaves its stack',
  'stateful-renamed': 'a resource that holds state has a new logical id, so CloudFormation makes an empty one beside it',
  'policy-weakened': 'a resource is no longer kept when it is deleted or replaced',
  'stack-removed': 'a stack with state in it is gone',
  'capacity-grown': 'machines may grow by more than a quarter in one deployment',
} as const;
export type ChangeKind = keyof typeof CHANGES;

/** Stands for the logical id where a change is about a whole stack. */
export const WHOLE_STACK = '*';

/** One thing an upgrade does that needs permission. */
export interface Change {
  readonly stack: string;
  readonly logicalId: string;
  readonly change: ChangeKind;
  /** What exactly changes, in lines that a permission repeats, so that it permits this and nothing that comes later. */
  readonly what: readonly string[];
}
