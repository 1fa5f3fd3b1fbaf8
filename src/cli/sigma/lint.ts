import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { lintFiles } from '../../operations/rules/lint-files.ts'
import type { CommandContext } from '../cli.ts'
import { counted, visible } from '../terminal/terminal.ts'

/** `vedette sigma lint`: what is wrong with rule files, line by line; needs no server. */
export const defineLint = (command: Command, context: CommandContext): void => {
  command
    .description('Say what is wrong with rule files, line by line; needs no server. Ends with 1 when there are errors.')
    .argument('<paths...>', 'files, or folders of *.yml and *.yaml')
    .option('--config <file>', 'configuration; else ./vedette.yaml and the usual places')
    .option('--strict', 'count warnings as errors')
    .option('--json', 'print one document')
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
