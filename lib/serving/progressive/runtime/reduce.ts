import { close, halt, latch, recover } from './reduce-end';
import { judge } from './reduce-judge';
import { confirm, issue, restore, see, tidy } from './reduce-move';
import { adopt, allow, begin, refuse, start } from './reduce-start';
import { Deed, ReleaseEvent, Step } from './release-event';
import { Head, Refusal } from './release-state';

/** Everything that one transaction writes, but for the hash, which is not for a pure function to make. */
export interface Change {
  readonly refused: false;
  readonly head: Head;
  readonly event: ReleaseEvent['kind'];
  readonly deed: Deed;
}

/**
 * What an event does to an endpoint's releases, or why it does nothing: a function of its arguments. One change, one record.
 * Going back latches: no event of any kind takes a latch away.
 */
export function reduce(head: Head, event: ReleaseEvent): Change | Refusal {
  const step = stepOf(head, event);
  if ('refused' in step) {
    return step;
  }
  const next = { ...head, ...step.head };
  return {
    refused: false,
    head: {
      ...next,
      rev: head.rev + 1,
      auditSequence: head.auditSequence + 1,
      lastAt: Math.max(head.lastAt, event.at),
    },
    event: event.kind,
    deed: step.deed,
  };
}

function stepOf(head: Head, event: ReleaseEvent): Step | Refusal {
  switch (event.kind) {
    case 'start':
      return start(head, event);
    case 'begin':
      return begin(head, event);
    case 'refuse':
      return refuse(head, event);
    case 'issue':
      return issue(head, event);
    case 'see':
      return see(head, event);
    case 'confirm':
      return confirm(head, event);
    case 'judge':
      return judge(head, event);
    case 'latch':
      return latch(head, event);
    case 'restore':
      return restore(head, event);
    case 'tidy':
      return tidy(head, event);
    case 'halt':
      return halt(head, event);
    case 'close':
      return close(head, event);
    case 'recover':
      return recover(head, event);
    case 'allow':
      return allow(head, event);
    case 'adopt':
      return adopt(head, event);
  }
}
