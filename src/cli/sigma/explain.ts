import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ruleExplanation } from '../../operations/rules/trials/explain-rule.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { truncate, visible } from '../terminal/terminal.ts'

/** `vedette sigma explain`: shows why a rule matches an event or not. */
export const defineExplain = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.description('Show, condition by condition, why a rule matches an event or not.'))
    .argument('<rule>', 'id of a rule on the server, or a rule file')
    .option('--event <id>', 'id of a stored event')
    .option('--line <text>', 'a log line as a source sends it')
    .option('--source <name>', 'source name for the line')
    .action(async (rule: string, options: ExplainOptions) => {
      const { out, paint, cwd } = context
      const path = resolve(cwd, rule)
      const found = await createClient(options, context).send('POST', '/api/v1/rules/explain', ruleExplanation, {
        ...(/\.ya?ml$/i.test(rule) || existsSync(path) ? { yaml: readFileSync(path, 'utf8') } : { id: rule }),
        event_id: options.event,
        line: options.line,
        source: options.source,
      })
      if (options.json) return out.write(`${JSON.stringify(found, null, 2)}\n`)
      out.write(`${visible(found.sentence)}\n\n`)
      for (const { depth, wants, holds, field, value } of found.parts) {
        const mark = holds ? paint('green', '✔') : paint('red', '✘')
        const there = field === null ? '' : value === null ? '  (missing)' : `  (${value})`
        out.write(
          `${mark} ${'  '.repeat(depth)}${truncate(visible(`${wants}${there}`), out.columns - 2 - 2 * depth)}\n`,
        )
      }
    })
}

interface ExplainOptions {
  readonly event?: string
  readonly line?: string
  readonly source?: string
  readonly json?: boolean
}
