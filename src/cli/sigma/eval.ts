import type { Command } from 'commander'
import { evalRules, openRuleEngine, type RuleHit } from '../../operations/rules/eval-rules.ts'
import type { CommandContext } from '../cli.ts'
import { gather } from '../terminal/gather.ts'
import { visible } from '../terminal/terminal.ts'

/** `vedette sigma eval`: which rules match which events of a file; needs no server. */
export const defineEval = (command: Command, context: CommandContext): void => {
  command
    .summary('say which rules match which events of a file; needs no server')
    .requiredOption('--rules <path>', 'a rule file, or a folder of them')
    .requiredOption(
      '--events <file>',
      'JSON lines {"id","logsource"?,"timestamp"?,"event"}, or events as JSON lines; `-` for stdin',
    )
    .option('--taxonomy <path>', 'a taxonomy file or folder, besides the built-in ones')
    .option('--json', 'print one JSON line {"event_id","rule_id"} for each match')
    .option('--explain', 'say why, too')
    .action(async (options: EvalOptions) => {
      const { err, out } = context
      const { engine, faults } = await openRuleEngine(options.rules, options.taxonomy)
      const tell = (text: string) => err.write(`${visible(text)}\n`)
      for (const fault of faults) tell(fault)
      if (engine.active.length === 0) {
        tell(`There is no rule in ${options.rules} that can run.`)
        context.end(3)
        return
      }
      const lines = gather(out)
      for await (const hit of evalRules(engine, options.events, { stdin: context.stdin, onFault: tell })) {
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
