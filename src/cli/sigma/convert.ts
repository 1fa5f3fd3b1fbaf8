import { type Command, InvalidArgumentError } from 'commander'
import { convertRules } from '../../operations/rules/convert-rules.ts'
import type { CommandContext, ExitCode } from '../cli.ts'
import { count, counted, visible } from '../terminal/terminal.ts'

/** `vedette sigma convert`: rules of others become Sigma rules; needs no server. */
export const defineConvert = (command: Command, context: CommandContext): void => {
  command
    .description('Turn rules of Wazuh into Sigma rules, and say what became of each; needs no server.')
    .argument('<paths...>', 'XML files, or folders of them; the ruleset first, then your own')
    .requiredOption('--from <system>', 'whose rules they are: wazuh', asSystem)
    .requiredOption('--output <folder>', 'where the rules and report.json are written')
    .option('--agent-field <field>', 'the field that tells agents apart (host.name), where each is counted alone')
    .option('--json', 'print the report as one document')
    .action(async (paths: string[], options: ConvertOptions) => {
      const { out, err } = context
      const { output, agentField } = options
      const result = await convertRules({ paths, output, agentField })
      const { summary, report, faults } = result
      if (options.json) out.write(`${JSON.stringify(result, null, 2)}\n`)
      else {
        for (const { id, file, line, outcome, reasons } of report) {
          if (outcome === 'converted') continue
          const reason = reasons.join(' ')
          out.write(visible(`${file}:${line}: ${outcome}${id === undefined ? '' : `: rule ${id}`}: ${reason}`))
          out.write('\n')
        }
        for (const note of summary.notes) err.write(`${visible(note)}\n`)
        err.write(
          `${counted(summary.rules, 'rule')}: ${count(summary.converted)} converted, ${count(summary.partly)} partly, ` +
            `${count(summary.notConverted)} not; ${counted(summary.documents, 'file')} in ${visible(output)}\n`,
        )
      }
      context.end(endOf(summary.rules, faults))
    })
}

interface ConvertOptions {
  readonly output: string
  readonly agentField?: string
  readonly json?: boolean
}

const endOf = (rules: number, faults: number): ExitCode => (rules === 0 ? 3 : faults > 0 ? 5 : 0)

const asSystem = (text: string): string => {
  if (text === 'wazuh') return text
  throw new InvalidArgumentError('Use wazuh.')
}
