import { Command, CommanderError } from 'commander';
import { deliveryCommands } from './commands/delivery.js';
import { importCommands } from './commands/import.js';
import { keyCommands } from './commands/key.js';
import { orgCommands } from './commands/org.js';
import { projectionCommands } from './commands/projection.js';
import { quarantineCommands } from './commands/quarantine.js';
import { storeCommands } from './commands/store.js';
import { EXIT, EXIT_HELP, type ExitCode } from './exit-codes.js';
import { Noun } from './noun.js';
import type { Io } from './output.js';

const NOUNS = [orgCommands, keyCommands, importCommands, deliveryCommands, quarantineCommands, projectionCommands, storeCommands];

/** Runs one command line; answers the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let ending: ExitCode = EXIT.ok;
  const program = new Command('tenor')
    .description('Contract and commitment ledger for AI compute.')
    .addHelpText('after', EXIT_HELP)
    .showHelpAfterError('(add --help for what there is)');
  program.exitOverride().configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  for (const commands of NOUNS) commands((name, description) => new Noun(program, name, description, io, (code) => (ending = code)));
  settleAll(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return ending;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** What the program is told about exits and output holds for its nouns and verbs as well. */
function settleAll(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    settleAll(child);
  }
}
