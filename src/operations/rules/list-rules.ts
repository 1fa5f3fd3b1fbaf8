import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { RuleView } from '../../schema/rule/rule.ts'
import { ruleFault, ruleLevel, ruleStatus, ruleView } from '../../schema/rule/rule.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging } from '../paging.ts'
import { toFaultView, toRuleView } from './rule-view.ts'

const mostFaults = 200

export const listRules = defineOperation({
  name: 'list_rules',
  summary: 'Lists the rules with their state, the sources that they apply to, and errors in their files.',
  role: 'viewer',
  input: z.strictObject({
    text: z.string().max(500).default('').describe('Words in the title, ID, description, file or tags.'),
    level: ruleLevel.optional().describe('Only rules of this level.'),
    status: ruleStatus.optional().describe('Only rules of this status.'),
    tag: z.string().max(200).optional().describe('Only rules with this tag or one below it: `attack.t1110`.'),
    product: z.string().max(200).optional().describe('Only rules for this product.'),
    pack: z.string().max(200).optional().describe('Only rules of this folder or import.'),
    enabled: z.boolean().optional().describe('Only enabled rules, or only disabled ones.'),
    applies: z.boolean().optional().describe('Only rules with or without matching sources.'),
    ...paging,
  }),
  output: pageOf(ruleView).extend({
    /** The number of matches on all pages. */
    total: z.int(),
    in_force: z.int(),
    /** Changes with every change of the enabled rules. */
    revision: z.int(),
    /** How many sources have sent anything. */
    sources: z.int(),
    faults: z.array(ruleFault),
  }),
  async run({ limit, cursor, ...wanted }, { rules, reach }: Pick<Deps, 'rules' | 'reach'>) {
    const reached = await reach()
    const words = wanted.text.toLowerCase().split(/\s+/)
    const after = cursor === undefined ? undefined : readCursor(cursor)
    const fitting = rules.entries
      .map((entry) => toRuleView(entry, reached, rules))
      .filter((rule) => fits(rule, wanted) && words.every((word) => textOf(rule).includes(word)))
      .sort(byTitle)
    const rest = after ? fitting.filter((rule) => byTitle(after, rule) < 0) : fitting
    const data = rest.slice(0, limit)
    const last = data.at(-1)
    return {
      data,
      next_cursor: rest.length > limit && last ? writeCursor(last) : null,
      total: fitting.length,
      in_force: rules.book.documents.length,
      revision: rules.book.revision,
      sources: reached.sources,
      faults: rules.faults.slice(0, mostFaults).map(toFaultView),
    }
  },
})

interface Wanted {
  readonly level?: RuleView['level'] | undefined
  readonly status?: RuleView['status'] | undefined
  readonly tag?: string | undefined
  readonly product?: string | undefined
  readonly pack?: string | undefined
  readonly enabled?: boolean | undefined
  readonly applies?: boolean | undefined
}

const fits = (rule: RuleView, { level, status, tag, product, pack, enabled, applies }: Wanted): boolean =>
  (level === undefined || rule.level === level) &&
  (status === undefined || rule.status === status) &&
  (tag === undefined || rule.tags.some((one) => isBelow(one.toLowerCase(), tag.toLowerCase()))) &&
  (product === undefined || rule.logsource.product === product.toLowerCase()) &&
  (pack === undefined || rule.pack === pack) &&
  (enabled === undefined || rule.enabled === enabled) &&
  (applies === undefined || rule.applies_to.length > 0 === applies)

const isBelow = (tag: string, wanted: string): boolean =>
  tag === wanted || tag === `attack.${wanted}` || tag.startsWith(`${wanted}.`) || tag.startsWith(`attack.${wanted}.`)

const textOf = ({ id, title, description, file, tags }: RuleView): string =>
  `${title} ${id} ${file} ${tags.join(' ')} ${description ?? ''}`.toLowerCase()

type Place = Pick<RuleView, 'title' | 'id'>

const byTitle = (a: Place, b: Place): number =>
  a.title < b.title ? -1 : a.title > b.title ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0

const writeCursor = ({ title, id }: Place): string => Buffer.from(JSON.stringify([title, id])).toString('base64url')

const readCursor = (text: string): Place => {
  const place = cursorShape.safeParse(parse(Buffer.from(text, 'base64url').toString()))
  if (place.success) return { title: place.data[0], id: place.data[1] }
  throw new AppError('INVALID_REQUEST', 'The cursor does not belong to this list.', {
    hint: 'Use the next_cursor of the previous page unchanged, or leave it out to restart.',
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  })
}

const cursorShape = z.tuple([z.string(), z.string()])

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
