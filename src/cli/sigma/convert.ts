import { type Command, InvalidArgumentError } from 'commander'
import { convertRules } from '../../operations/rules/packs/convert-rules.ts'
import type { CommandContext, ExitCode } from '../cli.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

/** `vedette sigma convert`: converts rules of other systems to Sigma rules; needs no server. */
export const defineConvert = (command: Command, context: CommandContext): void => {
  command
    .description('Convert Wazuh rules to Sigma rules and report the outcome of each; needs no server.')
    .argument('<paths...>', 'XML files or folders; the base ruleset first, then your own')
    .requiredOption('--from <system>', 'system of the rules: wazuh', asSystem)
    .requiredOption('--output <folder>', 'folder for the rules and report.json')
    .option('--agent-field <field>', 'field that identifies an agent (host.name), if rules count per agent')
    .option('--json', 'print the report as one JSON document')
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
          `${counted(summary.rules, 'rule')}: ${formatCount(summary.converted)} converted, ${formatCount(summary.partly)} partly converted, ` +
            `${formatCount(summary.notConverted)} not converted; ${counted(summary.documents, 'file')} in ${visible(output)}\n`,
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
