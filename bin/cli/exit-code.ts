/** What `mlp` leaves for the shell. Scripts rely on these numbers: a meaning may get narrower, never another number. */
export enum ExitCode {
  DONE = 0,
  REFUSED = 1,
  USAGE = 2,
  NOT_FOUND = 3,
  CONFLICT = 4,
  NOT_ALLOWED = 5,
  NO_ANSWER = 6,
  DEFECT = 7,
  INTERRUPTED = 130,
  TERMINATED = 143,
}

/** For `mlp --help` and the README: one line each. */
export const EXIT_CODES: ReadonlyMap<ExitCode, string> = new Map([
  [ExitCode.DONE, 'done; of `audit verify`: nothing was found'],
  [ExitCode.REFUSED, 'refused, and nothing changed; of `audit verify` and `audit repair`: something was found'],
  [ExitCode.USAGE, 'the command line is not right; nothing was sent'],
  [ExitCode.NOT_FOUND, 'there is no such model, version, registry, API or file'],
  [ExitCode.CONFLICT, 'somebody else changed it meanwhile, it is so already, or the request key was used for something else'],
  [ExitCode.NOT_ALLOWED, 'no credentials, or none that may do this'],
  [ExitCode.NO_ANSWER, 'no answer that can be relied on: a write may have happened; repeat it with the printed request key'],
  [ExitCode.DEFECT, 'a defect of mlp itself'],
  [ExitCode.INTERRUPTED, 'interrupted'],
  [ExitCode.TERMINATED, 'stopped by SIGTERM, as when a CI system cancels'],
]);
