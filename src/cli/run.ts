import { Command, CommanderError } from 'commander'
import { commandName } from '../command-name.ts'
import { didYouMean } from '../lib/spelling/closest.ts'
import { type Cli, type CommandContext, type ExitCode, exitCodes } from './cli.ts'
import { commands } from './commands.ts'
import { exitCodeOf, renderError } from './failure.ts'
import { createPaint, wantsColour } from './terminal/terminal.ts'

const examples = `Examples:
  ${commandName()} analyze /var/log                        reports unusual activity; needs no server
  journalctl -o json -n 100000 | ${commandName()}          the same for piped lines
  ${commandName()} watch /var/log                          follows files, with API and dashboard`

/** Runs one command line and returns its exit code. Loads only the modules of the requested command. */
export const runCli = async (cli: Cli): Promise<ExitCode> => {
  const { argv, err, out } = cli
  const noColour = argv.includes('--no-color')
  const errors = createPaint(wantsColour(cli.env, err.isTty, noColour))
  let code: ExitCode = 0
  const context: CommandContext = {
    ...cli,
    paint: createPaint(wantsColour(cli.env, out.isTty, noColour)),
    end(ended) {
      code = ended
    },
  }
  const words = argv.filter((word) => word !== '--no-color')
  if (words.length === 0 && cli.stdin.isTTY) {
    out.write(shortHelp())
    return 0
  }
  try {
    const program = await createProgram(words.length === 0 ? ['analyze', '-'] : words, context)
    await program.parseAsync(words.length === 0 ? ['analyze', '-'] : words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (cli.signal.aborted) return 130
    err.write(renderError(error, errors))
    return exitCodeOf(error)
  }
  return code
}

const createProgram = async (words: readonly string[], context: CommandContext): Promise<Command> => {
  const program = new Command('vedette')
    .description('Finds unusual activity in logs, explains it, and notifies people once.')
    .version(context.version, '-V, --version')
    .option('--no-color', 'disable colours, as NO_COLOR does')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      getOutHelpWidth: () => context.out.columns,
      getErrHelpWidth: () => context.err.columns,
    })
    .addHelpText('after', () => `\n${exitHelp()}\n\n${examples}`)
  const named = words.filter((word) => !word.startsWith('-'))
  const wanted = named[0] === 'help' ? named[1] : named[0]
  for (const { name, usage, alias, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(sentence(summary))
    if (alias) command.alias(alias)
    if (usage) command.usage(`[options] ${usage}`)
    command.copyInheritedSettings(program)
    if (wanted === undefined || (wanted !== name && wanted !== alias)) continue
    ;(await load()).define(command, context)
    refuseUnknown(command, words[words.indexOf(wanted) + 1])
  }
  return program
}

/** Rejects a misspelt subcommand: the default subcommand `list` would otherwise take it as its argument. */
const refuseUnknown = (command: Command, word: string | undefined): void => {
  const names = command.commands.flatMap((one) => [one.name(), ...one.aliases()])
  if (names.length === 0 || word === undefined || word.startsWith('-') || names.includes(word)) return
  command.error(`error: unknown command '${command.name()} ${word}'\n${didYouMean(word, names)}`)
}

const exitHelp = (): string =>
  ['Exit codes:', ...Object.entries(exitCodes).map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)].join('\n')

const shortHelp = (): string => `Vedette finds unusual activity in logs, explains it, and notifies people once.

${examples}

\`${commandName()} --help\` lists all commands, \`${commandName()} COMMAND --help\` explains one.
`

const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
