import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { DetectionRule, SigmaDocument } from '../../../lib/sigma/sigma.ts'
import { toFlatEvent } from '../../../pipeline/detect/sigma/sigma-event.ts'
import { type Event, eventView, toEventView } from '../../../schema/event/event.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { sourceInput } from '../../records/record-input.ts'
import { describeLogsource } from '../describe-rule.ts'
import { ruleText } from '../lint/lint-rules.ts'
import { pickTargets } from './backtest-rule.ts'
import { type TracedPart, traceRule } from './rule-trace.ts'

const part = z.object({
  /** The depth in the condition. */
  depth: z.int(),
  selection: z.string().nullable(),
  /** The requirement in words. */
  wants: z.string(),
  holds: z.boolean(),
  field: z.string().nullable(),
  /** The field name in the event; null if the event has no such field. */
  event_field: z.string().nullable(),
  value: z.string().nullable(),
})

/** The evaluation of a rule on one event. */
export const ruleExplanation = z
  .object({
    rule_id: z.string(),
    title: z.string(),
    matches: z.boolean(),
    /** The answer in one sentence. */
    sentence: z.string(),
    /** Whether the event is of the rule's log source. */
    applies: z.boolean(),
    /** The event's log sources in the taxonomy. */
    kinds: z.array(z.string()),
    parts: z.array(part),
    /** The parts that prevent the match. */
    obstacles: z.array(part),
    event: eventView,
  })
  .meta({ id: 'RuleExplanation' })

export const explainRule = defineOperation({
  name: 'explain_rule',
  summary: 'Explains why a rule matches an event or not, for each part of its condition.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(500).optional().describe('The ID of a stored rule.'),
    yaml: ruleText.optional().describe('The text of a rule.'),
    event_id: z.string().max(100).optional().describe('The ID of a stored event.'),
    line: z.string().min(1).max(200_000).optional().describe('A raw log line.'),
    source: sourceInput.default('http').describe('The source of the line.'),
  }),
  output: ruleExplanation,
  async run(
    { id, yaml, event_id, line, source },
    { rules, store, normalize, now }: Pick<Deps, 'rules' | 'store' | 'normalize' | 'now'>,
  ) {
    const rule = requireOneRule(pickTargets({ id, yaml }, rules))
    const event = await findEvent({ event_id, line }, store, async (text) =>
      (await normalize({ partition: 0, first: 0, source, receivedAt: now(), texts: [text] })).at(0),
    )
    return explain(rule, event, rules)
  },
})

/** Evaluates a rule on an event and explains the result. */
export const explain = (
  rule: DetectionRule,
  event: Event,
  { book }: Pick<Deps['rules'], 'book'>,
): z.input<typeof ruleExplanation> => {
  const filters = book.documents.filter((document) => document.type === 'filter')
  const { kinds, applies, matches, parts, obstacles } = traceRule(rule, filters, toFlatEvent(event), book.taxonomy)
  return {
    rule_id: rule.id,
    title: rule.title,
    matches,
    sentence: sentenceOf(rule, { kinds, applies, matches }, obstacles),
    applies,
    kinds: [...kinds],
    parts: parts.map(toView),
    obstacles: obstacles.map(toView),
    event: toEventView(event),
  }
}

/** The one rule to explain. A correlation concerns several events, so it cannot be explained with one. */
export const requireOneRule = (documents: readonly SigmaDocument[]): DetectionRule => {
  const [first] = documents
  const rule = documents.find((document) => document.type === 'rule')
  if (rule) return rule
  const named = first?.type === 'correlation' ? ` It refers to: ${first.rules.join(', ')}.` : ''
  throw new AppError('INVALID_REQUEST', 'Correlations cannot be explained by one event.', {
    hint: `Explain one of the rules that it refers to.${named}`,
  })
}

const findEvent = async (
  { event_id, line }: { readonly event_id: string | undefined; readonly line: string | undefined },
  store: Deps['store'],
  read: (line: string) => Promise<Event | undefined>,
): Promise<Event> => {
  if ((event_id === undefined) === (line === undefined)) {
    throw new AppError('INVALID_REQUEST', 'Give either event_id or line.', {
      errors: [{ path: 'event_id', message: 'give either event_id or line' }],
    })
  }
  const found = line === undefined ? await store.events.get(event_id ?? '') : await read(line)
  if (found) return found
  throw new AppError('NOT_FOUND', `Event "${event_id}" not found.`, {
    hint: 'Retention may have removed the event. Give its line instead.',
  })
}

const sentenceOf = (
  { title, logsource, unresolved }: DetectionRule,
  {
    kinds,
    applies,
    matches,
  }: { readonly kinds: readonly string[]; readonly applies: boolean; readonly matches: boolean },
  obstacles: readonly TracedPart[],
): string => {
  if (matches) return `"${title}" matches this event.`
  if (unresolved.length > 0) return `"${title}" cannot match: the placeholder %${unresolved[0]}% has no value.`
  const isOf = kinds.length > 0 ? `is an event of ${kinds.join(', ')}` : 'has no log source known to rules'
  if (!applies) return `"${title}" is about ${describeLogsource(logsource)}; this event ${isOf}.`
  const [first] = obstacles
  if (!first) return `"${title}" does not match this event.`
  const there = first.value === undefined ? 'is missing' : `is "${first.value}"`
  const fact = first.field === undefined ? '' : `; ${first.field} ${there}`
  return `"${title}" does not match: ${first.holds ? 'what must not hold does' : 'what must hold does not'}: ${first.wants}${fact}.`
}

const toView = (one: TracedPart): z.infer<typeof part> => ({
  depth: one.depth,
  selection: one.selection ?? null,
  wants: one.wants,
  holds: one.holds,
  field: one.field ?? null,
  event_field: one.eventField ?? null,
  value: one.value ?? null,
})
