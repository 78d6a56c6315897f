import { InvalidProps, shown } from './invalid-props';
import { complain, recordKeys } from './name-rules';

/**
 * Props, each read once into a fresh object: a getter or proxy that answers differently the second time cannot pass one
 * value to the check and another to the template. Only own enumerable keys are copied, and none that reaches a prototype.
 */
export function ownProps<T extends object>(props: T): T {
  const sentence = recordKeys(props);
  if (sentence !== undefined) {
    throw new InvalidProps('RecordKeys', complain('props', sentence, shown(props)));
  }
  try {
    return { ...props };
  } catch {
    throw new InvalidProps('UnreadableProps', '`props` must be readable: a getter or proxy failed; pass a plain object');
  }
}
