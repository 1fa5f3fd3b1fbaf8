import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { lintFiles } from '../../operations/rules/lint/lint-files.ts'
import type { CommandContext } from '../cli.ts'
import { counted, visible } from '../terminal/terminal.ts'

/** `vedette sigma lint`: checks rule files; needs no server. */
export const defineLint = (command: Command, context: CommandContext): void => {
  command
    .description('Check rule files and list faults by line; needs no server. Exits with 1 if there are errors.')
    .argument('<paths...>', 'files, or folders of *.yml and *.yaml')
    .option('--config <file>', 'configuration file; ./vedette.yaml or a standard location by default')
    .option('--strict', 'count warnings as errors')
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: LintOptions) => {
      const { out, err, env, cwd } = context
      const { config } = loadConfig({ flags: {}, env, cwd, file: options.config })
      const { lines, ...report } = await lintFiles(paths, config.rules)
      const { files, documents, errors, warnings } = report
      if (options.json) out.write(`${JSON.stringify(report, null, 2)}\n`)
      else {
        for (const line of lines) out.write(`${visible(line)}\n`)
        err.write(
          `${counted(documents, 'rule')} in ${counted(files, 'file')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`,
        )
      }
      if (files === 0) return context.end(3)
      context.end(errors > 0 || (options.strict && warnings > 0) ? 1 : 0)
    })
}

interface LintOptions {
  readonly config?: string
  readonly strict?: boolean
  readonly json?: boolean
}
