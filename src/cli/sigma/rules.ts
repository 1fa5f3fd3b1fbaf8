import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { type RuleView, ruleFault, ruleLevels, ruleView } from '../../schema/rule/rule.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { printList } from '../remote/list.ts'
import { counted, visible } from '../terminal/terminal.ts'

const base = '/api/v1/rules'
const pathOf = (id: string): string => `${base}/${encodeURIComponent(id)}`

const filters = z.object({
  level: z.string().optional(),
  status: z.string().optional(),
  tag: z.string().optional(),
  product: z.string().optional(),
  pack: z.string().optional(),
  enabled: z.boolean().optional(),
  disabled: z.boolean().optional(),
  applies: z.boolean().optional(),
})

const reload = z.object({
  changed: z.boolean(),
  rules: z.number(),
  in_force: z.number(),
  faults: z.array(ruleFault),
})

/** Adds the commands that list and change the rules of a running server. */
export const defineRules = (command: Command, context: CommandContext): void => {
  const { out, err } = context
  const json = (value: unknown) => out.write(`${JSON.stringify(value, null, 2)}\n`)

  addRemoteOptions(
    command.command('list', { isDefault: true }).description('List rules and the sources they apply to.'),
  )
    .argument('[words...]', 'search titles, ids, descriptions, files and tags')
    .option('--level <level>', ruleLevels.join(', '))
    .option('--status <status>', 'stable, test, experimental, deprecated, unsupported')
    .option('--tag <tag>', 'attack.t1110, including its sub-techniques')
    .option('--product <product>', 'linux, windows, aws …')
    .option('--pack <name>', 'bundled, the name of an import, or a configured folder')
    .option('--enabled', 'only enabled rules')
    .option('--disabled', 'only disabled rules')
    .option('--applies', 'only rules that apply to events of some source')
    .option('--limit <number>', 'maximum number of results', '50')
    .option('--cursor <cursor>', 'continue from an earlier page')
    .option('--ndjson', 'print one JSON object per line')
    .action(async (words: string[], options: unknown) => {
      const { enabled, disabled, ...wanted } = filters.parse(options)
      await printList(
        {
          path: base,
          item: ruleView,
          noun: 'rule',
          headings: ['LEVEL', 'ENABLED', 'HITS', 'APPLIES TO', 'ID', 'TITLE'],
          row,
          query: {
            text: words.length > 0 ? words.join(' ') : undefined,
            ...wanted,
            enabled: enabled ? true : disabled ? false : undefined,
          },
        },
        undefined,
        options,
        context,
      )
    })

  const change = async (id: string, options: unknown, changes: object): Promise<void> => {
    const rule = await createClient(options, context).send('PATCH', pathOf(id), ruleView, changes)
    if (z.object({ json: z.boolean().optional() }).parse(options).json) return void json(rule)
    out.write(`${visible(rule.title)}: ${rule.enabled ? 'enabled' : 'disabled'}, ${rule.level ?? 'no level'}\n`)
  }
  const switching = (name: string, description: string, enabled: boolean) =>
    addRemoteOptions(command.command(name).description(description))
      .argument('<id>', 'id or name of a rule')
      .option('--note <text>', 'note for the audit log')
      .action((id: string, options: { readonly note?: string }) =>
        change(id, options, { enabled, ...(options.note !== undefined && { note: options.note }) }),
      )
  switching('enable', 'Enable a rule, whatever its status.', true)
  switching('disable', 'Disable a rule and its later versions.', false)

  addRemoteOptions(
    command.command('set-level').description('Override the level of a rule; `own` restores its own level.'),
  )
    .argument('<id>', 'id or name of a rule')
    .argument('<level>', `${ruleLevels.join(', ')} or own`)
    .option('--note <text>', 'note for the audit log')
    .action((id: string, level: string, options: { readonly note?: string }) => {
      const known = ruleLevels.find((one) => one === level)
      if (level !== 'own' && !known) {
        throw new AppError('INVALID_REQUEST', `"${level}" is not a level.`, {
          hint: `Use one of: ${ruleLevels.join(', ')}, own.`,
        })
      }
      return change(id, options, {
        level: known ?? null,
        ...(options.note !== undefined && { note: options.note }),
      })
    })

  addRemoteOptions(command.command('reload').description('Reload changed rule files immediately.')).action(
    async (options: { readonly json?: boolean }) => {
      const answer = await createClient(options, context).send('POST', `${base}/reload`, reload, {})
      if (options.json) return json(answer)
      out.write(
        `${answer.changed ? 'Changed' : 'Nothing changed'}: ${counted(answer.rules, 'rule')}, ${answer.in_force} enabled.\n`,
      )
      for (const { file, line, severity, message } of answer.faults) {
        err.write(`${visible(`${file}:${line}: ${severity}: ${message}`)}\n`)
      }
    },
  )
}

const row = ({ id, title, level, enabled, stale, applies_to, hits_7d }: RuleView): readonly string[] => [
  level ?? '–',
  enabled ? (stale ? 'yes, old' : 'yes') : 'no',
  String(hits_7d),
  applies_to.length === 0 ? 'no source' : applies_to.length > 2 ? `${applies_to.length} sources` : applies_to.join(' '),
  id,
  title,
]
