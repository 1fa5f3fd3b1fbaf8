import type { Command } from 'commander'
import { evalRules, openRuleEngine, type RuleHit } from '../../operations/rules/trials/eval-rules.ts'
import type { CommandContext } from '../cli.ts'
import { bufferOutput } from '../terminal/gather.ts'
import { visible } from '../terminal/terminal.ts'

/** `vedette sigma eval`: evaluates rules on the events of a file; needs no server. */
export const defineEval = (command: Command, context: CommandContext): void => {
  command
    .summary('evaluate rules on the events of a file; needs no server')
    .requiredOption('--rules <path>', 'rule file or folder of rules')
    .requiredOption(
      '--events <file>',
      'JSON lines {"id","logsource"?,"timestamp"?,"event"}, or events as JSON lines; `-` for stdin',
    )
    .option('--taxonomy <path>', 'additional taxonomy file or folder')
    .option('--json', 'print one JSON line {"event_id","rule_id"} per match')
    .option('--explain', 'add the reasons')
    .action(async (options: EvalOptions) => {
      const { err, out } = context
      const { engine, faults } = await openRuleEngine(options.rules, options.taxonomy)
      const warn = (text: string) => err.write(`${visible(text)}\n`)
      for (const fault of faults) warn(fault)
      if (engine.active.length === 0) {
        warn(`No runnable rule in ${options.rules}.`)
        context.end(3)
        return
      }
      const lines = bufferOutput(out)
      for await (const hit of evalRules(engine, options.events, { stdin: context.stdin, onFault: warn })) {
        lines.write(options.json ? toJson(hit, options) : toText(hit, options))
      }
      lines.end()
    })
}

interface EvalOptions {
  readonly rules: string
  readonly events: string
  readonly taxonomy?: string
  readonly json?: boolean
  readonly explain?: boolean
}

const toJson = ({ event_id, rule_id, title, why }: RuleHit, { explain }: EvalOptions): string =>
  `${JSON.stringify({ event_id, rule_id, ...(rule_id === null && { title }), ...(explain && { why: why() }) })}\n`

const toText = ({ event_id, rule_id, title, level, tags, why }: RuleHit, { explain }: EvalOptions): string => {
  const line = `${visible([event_id, level ?? '-', title, rule_id ?? '-', tags.join(' ')].join('  '))}\n`
  if (!explain) return line
  const reasons = why().map(({ selection, field, value, wanted }) => {
    const place = field === undefined ? 'the event' : field
    return `${visible(`    ${selection}: ${place} ${wanted}: ${value ?? ''}`)}\n`
  })
  return line + reasons.join('')
}
