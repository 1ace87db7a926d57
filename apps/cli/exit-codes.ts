/** What a script can tell from how a command ended. */
export const EXIT = {
  ok: 0,
  /** A bug: report it. */
  bug: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** A rule of the ledger refused; the code says which. */
  rejected: 3,
  /** No key, an invalid one, or one that lacks the role. */
  forbidden: 4,
  /** The file cannot be taken in as a whole. */
  file: 5,
  /** The store or the disk is out of reach, full or damaged: the same command may be repeated. */
  fault: 6,
  /** `projection rebuild` found tables that differ. */
  different: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  done                        4  no key, or not allowed
  1  a bug                       5  the file cannot be read as a whole
  2  wrong usage or settings     6  store or disk: may be repeated
  3  refused by a rule           7  rebuilt tables differ
                               130  interrupted`;
