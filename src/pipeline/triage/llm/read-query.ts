import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isSensitive } from '../../../lib/query-shape/query-concerns.ts'
import type { QueryReading } from '../../../schema/query-result.ts'
import type { AskModels } from './ask-models.ts'
import type { RedactionPolicy } from './case.ts'
import { standInWord, unfitFor, withNames } from './check-claim.ts'
import { figuresIn, holdsFigure } from './figures.ts'
import { fillIn, type Prompt } from './prompt-file.ts'
import { type AskedQuery, mostRowText, type QueryCase, queryCaseOf } from './query-case.ts'

/** The advice that a model may choose from. The sentences are ours. */
const advice = {
  limit_the_result: 'Give the query a limit.',
  leave_fields_out: 'Leave out fields that the client does not need.',
  find_out_who_asks: 'Find out who sends this query, and why.',
  compare_with_changes: 'Compare with recent deployments and migrations.',
  look_at_the_records: 'Review the records listed here.',
} as const
const kinds = [
  'limit_the_result',
  'leave_fields_out',
  'find_out_who_asks',
  'compare_with_changes',
  'look_at_the_records',
] as const

const categories = [
  'unusual_combination',
  'size_anomaly',
  'range_violation',
  'security_concern',
  'business_logic',
] as const

/** The schema of a model's answer about a query. Limits are checked here, because not every vendor supports them. */
const answerSchema = z.object({
  records: z.array(
    z.object({
      record_index: z.number(),
      reason: z.string(),
      risk_level: z.enum(['low', 'medium', 'high']),
      category: z.enum(categories),
    }),
  ),
  concerns: z.array(z.string()),
  recommendations: z.array(z.enum(kinds)),
})
type QueryAnswer = z.infer<typeof answerSchema>

const most = { records: 10, concerns: 5, length: 300 }

interface ReadQueryOptions {
  readonly models: Pick<AskModels, 'ask'>
  readonly prompt: Prompt
  readonly names: RedactionPolicy['names']
  readonly language: string
  /** About how many tokens a question may have with its answer. */
  readonly mostTokens: number
}

/** JSON has fewer characters per token than prose, which has about four. */
const tokenLength = 3

/** How many readings to remember. */
const mostRemembered = 500

/**
 * Creates the function that asks a model about a query and its results. Throws with the reason if none answers. Remembers the newest readings
 * by query, role and result: the same result again costs nothing, although the earlier results beside it have changed.
 */
export const createReadQuery = ({ models, prompt, names, language, mostTokens }: ReadQueryOptions) => {
  const remembered = new Map<string, QueryReading>()
  const mostAnswer = Math.min(prompt.max_tokens, Math.ceil(mostTokens / 2))

  /** Shows as many rows as fit. Throws if not even one does. */
  const caseThatFits = (asked: AskedQuery): QueryCase => {
    const room = (mostTokens - mostAnswer) * tokenLength - prompt.instructions.length - prompt.question.length
    for (let rows = mostRowText; ; rows = Math.floor(rows / 2)) {
      const shown = queryCaseOf(asked, names, isSensitive, rows)
      if (shown.data.length <= room) return shown
      if (rows === 0)
        throw new Error(`The question has more tokens than query_guard.language_model.max_tokens: ${mostTokens}.`)
    }
  }

  const read = async (asked: AskedQuery, signal: AbortSignal): Promise<QueryReading> => {
    const shown = caseThatFits(asked)
    // The authors of table rows cannot predict the marker.
    const marker = `DATA-${createHash('sha256').update(`${prompt.hash} ${shown.hash}`).digest('hex').slice(0, 16)}`
    const values = { data: shown.data, alert_type: 'query', details: '', language, marker }
    const name = `query ${createHash('sha256').update(asked.query).digest('hex').slice(0, 16)}`
    const { answer, reason } = await models.ask(
      {
        instructions: fillIn(prompt.instructions, values),
        question: fillIn(prompt.question, values),
        schema: answerSchema,
        mostAnswer,
      },
      { alertId: name, incident: name, prompt: prompt.name },
      signal,
    )
    if (!answer) throw new Error(`No language model answered: ${reason}.`)
    return checkedReading(answer, shown, marker)
  }

  return async (asked: AskedQuery, signal: AbortSignal): Promise<QueryReading> => {
    const { former: _, ...same } = asked
    const key = createHash('sha256').update(JSON.stringify(same)).digest('base64')
    const known = remembered.get(key)
    if (known) return known
    const reading = await read(asked, signal)
    remembered.set(key, reading)
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
    return reading
  }
}

/**
 * Reads a model's answer about a query. Drops records that do not exist, sentences with figures or names that are not in the data,
 * instructions and links. A model alone rates at most medium; only rules rate higher.
 */
export const checkedReading = (answer: QueryAnswer, shown: QueryCase, marker: string): QueryReading => {
  const whole = [shown.rest, ...shown.records].join('\n')
  const keep = (text: string, evidence: string): string | undefined => {
    const plain = text.replace(/\s+/g, ' ').trim()
    if (plain === '' || plain.length > most.length || plain.includes(marker) || unfitFor(plain) !== undefined)
      return undefined
    const said = withNames(plain, shown.masker)
    if (said.unknown.length > 0 || unfitFor(said.text) !== undefined) return undefined
    return figuresIn(said.text.replace(standInWord, ' ')).every((figure) => holdsFigure(evidence, figure))
      ? said.text
      : undefined
  }
  return {
    status: 'answered',
    records: answer.records.slice(0, most.records).flatMap(({ record_index, reason, risk_level, category }) => {
      const record = shown.records[record_index]
      const said = record === undefined ? undefined : keep(reason, `${record}\n${shown.rest}`)
      if (said === undefined) return []
      return [
        { record_index, reason: said, risk_level: risk_level === 'high' ? ('medium' as const) : risk_level, category },
      ]
    }),
    concerns: answer.concerns.slice(0, most.concerns).flatMap((text) => keep(text, whole) ?? []),
    recommendations: [...new Set(answer.recommendations)].map((kind) => advice[kind]),
  }
}
