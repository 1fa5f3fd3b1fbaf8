import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { DetectionRule, SigmaDocument } from '../../lib/sigma/sigma.ts'
import { toFlatEvent } from '../../pipeline/detect/sigma/sigma-event.ts'
import { type Event, eventView, toEventView } from '../../schema/event.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { sourceInput } from '../records/record-input.ts'
import { pickTargets } from './backtest-rule.ts'
import { ruleText } from './lint-rules.ts'
import { type TracedPart, traceRule } from './rule-trace.ts'
import { sayLogsource } from './rule-words.ts'

const part = z.object({
  /** How far down it stands in the condition. */
  depth: z.int(),
  selection: z.string().nullable(),
  /** What it wants, in words. */
  wants: z.string(),
  holds: z.boolean(),
  field: z.string().nullable(),
  /** As the event calls it; null where the event has no such field. */
  event_field: z.string().nullable(),
  value: z.string().nullable(),
})

/** How a rule judges one event. */
export const ruleExplanation = z
  .object({
    rule_id: z.string(),
    title: z.string(),
    matches: z.boolean(),
    /** The answer in one sentence. */
    sentence: z.string(),
    /** Whether the event is of the rule's log source. */
    applies: z.boolean(),
    /** What the event counts as, by the taxonomy. */
    kinds: z.array(z.string()),
    parts: z.array(part),
    /** The parts that would have to be otherwise. */
    obstacles: z.array(part),
    event: eventView,
  })
  .meta({ id: 'RuleExplanation' })

/** Says why a rule matches an event, or why not, part by part. */
export const explainRule = defineOperation({
  name: 'explain_rule',
  summary: 'Says why a rule matches an event, or why not: each part of its condition, and what the event has there.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(500).optional().describe('A rule that is here …'),
    yaml: ruleText.optional().describe('… or the text of one.'),
    event_id: z.string().max(100).optional().describe('A stored event …'),
    line: z.string().min(1).max(200_000).optional().describe('… or a line as a source would send it.'),
    source: sourceInput.default('http').describe('The source that the line is said to be from.'),
  }),
  output: ruleExplanation,
  async run(
    { id, yaml, event_id, line, source },
    { rules, store, normalize, now }: Pick<Deps, 'rules' | 'store' | 'normalize' | 'now'>,
  ) {
    const rule = requireOneRule(pickTargets({ id, yaml }, rules))
    const event = await findEvent({ event_id, line }, store, (text) =>
      normalize({ partition: 0, first: 0, source, receivedAt: now(), texts: [text] }).at(0),
    )
    return explain(rule, event, rules)
  },
})

/** Holds a rule against an event, in the words of the answer. */
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

/** The one rule to explain; a correlation is about several events, so it has no answer for one. */
export const requireOneRule = (documents: readonly SigmaDocument[]): DetectionRule => {
  const [first] = documents
  const rule = documents.find((document) => document.type === 'rule')
  if (rule) return rule
  const named = first?.type === 'correlation' ? ` It refers to: ${first.rules.join(', ')}.` : ''
  throw new AppError('INVALID_REQUEST', 'Only a rule about single events can be explained by one.', {
    hint: `Explain one of the rules that it is about.${named}`,
  })
}

const findEvent = async (
  { event_id, line }: { readonly event_id: string | undefined; readonly line: string | undefined },
  store: Deps['store'],
  read: (line: string) => Event | undefined,
): Promise<Event> => {
  if ((event_id === undefined) === (line === undefined)) {
    throw new AppError('INVALID_REQUEST', 'Say which event: give either event_id or line.', {
      errors: [{ path: 'event_id', message: 'give either event_id or line' }],
    })
  }
  const found = line === undefined ? await store.events.get(event_id ?? '') : read(line)
  if (found) return found
  throw new AppError('NOT_FOUND', `There is no event "${event_id}".`, {
    hint: 'It may have been dropped by retention; give its line instead.',
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
  if (unresolved.length > 0) return `"${title}" cannot match: nobody said what %${unresolved[0]}% stands for.`
  const isOf = kinds.length > 0 ? `counts as ${kinds.join(', ')}` : 'counts as nothing that rules know'
  if (!applies) return `"${title}" is about ${sayLogsource(logsource)}; this event ${isOf}.`
  const [first] = obstacles
  if (!first) return `"${title}" does not match this event.`
  const there = first.value === undefined ? 'is not there' : `is "${first.value}"`
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
