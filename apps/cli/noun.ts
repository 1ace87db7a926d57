import { type Command, Option } from 'commander';
import { explained } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Io, Output } from './output.js';
import type { CommonFlags } from './session.js';

/** What a command is given to work with, and what it answers: nothing where it went well. */
export type Action<Flags> = (context: {
  readonly io: Io;
  readonly out: Output;
  readonly flags: Flags;
  readonly args: readonly string[];
}) => Promise<ExitCode> | Promise<void>;

/** Adds commands to a noun, each with the flags that all of them share. */
export class Noun {
  private readonly command: Command;

  constructor(
    program: Command,
    name: string,
    description: string,
    private readonly io: Io,
    private readonly ended: (code: ExitCode) => void,
  ) {
    this.command = program.command(name).description(description);
  }

  verb<Flags extends CommonFlags>(usage: string, description: string, options: readonly Option[], action: Action<Flags>): void {
    const verb = this.command.command(usage).description(description);
    for (const option of [...options, ...COMMON()]) verb.addOption(option);
    verb.action(async (...given: unknown[]) => {
      const flags = verb.opts<Flags>();
      const out = new Output(this.io, flags.json === true);
      try {
        const args = given.slice(0, -2).flat() as string[];
        const code = await action({ io: this.io, out, flags, args });
        this.ended(typeof code === 'number' ? code : EXIT.ok);
      } catch (error) {
        const { code, message, exit } = explained(error);
        out.error(code, message);
        this.ended(exit);
      }
    });
  }
}

const COMMON = (): Option[] => [
  new Option('--json', 'one line of JSON on stdout for each result'),
  new Option('--data <folder>', "the ledger's folder (TENOR_DATA); without --store its store is in it"),
  new Option('--store <address>', 'sqlite:PATH or esdb://HOST:PORT (TENOR_STORE)'),
];

export type MakeNoun = (name: string, description: string) => Noun;
