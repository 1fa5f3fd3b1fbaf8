import { formatDuration } from '../units/quantity.ts'
import { type CountedFields, readCountedFields } from './correlation-fields.ts'
import { type Counted, countsItself, findCounted } from './counted.ts'
import { attributeNumber, footOf, headingOf, isSilent, nameOf } from './heading.ts'
import { belowCount, type Placed, type Placement } from './inherit.ts'
import { type Family, familyOf } from './tables.ts'
import { elementsOf, isCorrelation, type WazuhRule } from './wazuh-rule.ts'

/** Wazuh's own when a rule does not say it: two times, six minutes. */
const defaultFrequency = 2
const defaultTimeframe = 360

/** The input of counting besides the documents of the counted rules. */
export interface Correlated {
  /** Documents in the order in which they are written. */
  readonly documents: readonly object[]
  /** Whether the document of the rule's own event (`wazuh_…_event`) is needed. */
  readonly needsEvent: boolean
  /** Rules whose documents must be there, though they alert nobody. */
  readonly counted: readonly WazuhRule[]
  readonly partly: readonly string[]
  readonly notes: readonly string[]
}

export interface CorrelateOptions {
  /** The field that distinguishes events of different agents; Wazuh counts each agent alone. */
  readonly agentField: string | undefined
  /** The names of the documents of a rule; of the one that is correlated, of its last event. */
  readonly documentsOf: (id: number) => readonly string[]
}

/** Writes a rule that counts earlier events as Sigma correlations. */
export const correlate = (
  at: Placed,
  placement: Placement,
  { agentField, documentsOf }: CorrelateOptions,
): Correlated | { readonly impossible: readonly string[] } => {
  const { rule } = at
  const partly: string[] = []
  const notes: string[] = []
  const counted = findCounted(rule, placement, partly)
  if ('impossible' in counted) return counted
  const family = familyOf(at.ways[0]?.logsource ?? {})
  const fields = readCountedFields(rule, family)
  const names = counted.rules.flatMap(({ id }) => documentsOf(id))
  const isSame = countsItself(at, counted.rules)
  const impossible = obstacles(at, counted, names, fields, isSame)
  if (impossible.length > 0) return { impossible }

  const frequency = numberOf(rule, 'frequency', 2, 9999, defaultFrequency, partly)
  const timeframe = numberOf(rule, 'timeframe', 1, 99_999, defaultTimeframe, partly)
  const isGlobal = elementsOf(rule, 'global_frequency').length > 0
  const agent = isGlobal || agentField === undefined ? [] : [agentField]
  compare(rule, placement, counted, fields, frequency, partly, notes)
  if (!isGlobal && agentField === undefined) {
    notes.push('Wazuh counts the events of each agent alone; this counts those of all together.')
  }
  if (!isSame && frequency > 2) {
    notes.push('The counted events may be up to two timeframes old: one for the count, and one until the last event.')
  }
  const shape: Shape = {
    rule,
    family,
    names,
    groupBy: [...new Set([...agent, ...fields.same])],
    different: fields.different,
    frequency,
    timespan: formatDuration(timeframe * 1000),
    generate: counted.rules.some((one) => !isSilent(one)),
  }
  const documents = isSame ? countOf(shape) : sequenceOf(shape, documentsOf(rule.id))
  return { documents, needsEvent: !isSame, counted: counted.rules, partly, notes }
}

const obstacles = (
  { rule, parents }: Placed,
  counted: Counted,
  names: readonly string[],
  fields: CountedFields,
  isSame: boolean,
): readonly string[] => {
  if (rule.level === 0) {
    return ['It has level 0 and counts events: Wazuh uses it to hush bursts, Sigma cannot. Suppress the alert instead.']
  }
  if (names.length === 0) return [`${counted.words} could not be converted, so there is nothing to count.`]
  if (fields.impossible.length > 0) return fields.impossible
  if (!isSame && parents.rules.some(isCorrelation)) return [belowCount]
  if (!isSame && fields.different.length > 0) {
    return [
      'It asks that its own event differs from those of another rule, which Sigma cannot compare. Count events of one rule only.',
    ]
  }
  return []
}

/** Says where the count differs from Wazuh's. */
const compare = (
  rule: WazuhRule,
  { ignoring }: Placement,
  counted: Counted,
  { different, strangers, notes: ofFields }: CountedFields,
  frequency: number,
  partly: string[],
  notes: string[],
): void => {
  for (const { id, level, noAlert } of counted.rules) {
    if (level > 0 && !noAlert) continue
    partly.push(
      `Rule ${id} never alerts (level 0 or noalert), so in Wazuh it is never counted and this rule never fires. Here it does.`,
    )
  }
  for (const name of strangers) {
    partly.push(`Events have no field for "${name}"; it counts where events bring it under that name.`)
  }
  if ((ignoring.get(rule.id) ?? []).length > 0) {
    partly.push(
      'Rules of level 0 below it take events away in Wazuh; they cannot take them from a count, so this alerts more often.',
    )
  }
  if (different.length > 0 && frequency > 2) {
    partly.push(
      `Wazuh asks that the other events differ from the last one, this that all ${frequency} differ from each other in ${different.join(' and ')}.`,
    )
  }
  if (different.length > 1) {
    partly.push('Wazuh asks that each of the fields differs, this that they differ taken together.')
  }
  const silent = counted.rules.filter(isSilent).length
  if (silent > 0 && silent < counted.rules.length) {
    notes.push('It counts rules that alert and rules that do not; here all of them alert.')
  }
  if (counted.rules.length > 1) {
    notes.push('An event that meets several of the rules that it counts is counted once for each.')
  }
  notes.push(...ofFields)
}

interface Shape {
  readonly rule: WazuhRule
  readonly family: Family
  /** The counted rules. */
  readonly names: readonly string[]
  readonly groupBy: readonly string[]
  readonly different: readonly string[]
  readonly frequency: number
  readonly timespan: string
  /** Whether the counted rules are reported on their own as well. */
  readonly generate: boolean
}

const write = ({ rule, family }: Shape, part: string, partTitle: string, correlation: object): object => ({
  ...headingOf(rule, family, part, partTitle),
  correlation,
  ...footOf(rule),
})

const commonOf = ({ groupBy, timespan }: Shape): object => ({
  ...(groupBy.length > 0 && { 'group-by': groupBy }),
  timespan,
})

/** So many events, or so many values, of one kind. */
const countOf = (shape: Shape): readonly object[] => {
  const { names, different, frequency, generate } = shape
  const [only] = different
  const field = different.length === 0 ? {} : { field: different.length === 1 ? only : different }
  const correlation = {
    type: different.length === 0 ? 'event_count' : 'value_count',
    rules: names,
    ...commonOf(shape),
    condition: { ...field, gte: frequency },
    ...(generate && { generate }),
  }
  return [write(shape, '', '', correlation)]
}

/** One event less than the frequency says, then another one. The last step never reports its parts; the first may. */
const sequenceOf = (shape: Shape, eventNames: readonly string[]): readonly object[] => {
  const { rule, names, frequency, generate } = shape
  const common = commonOf(shape)
  const count = { type: 'event_count', rules: names, ...common, condition: { gte: frequency - 1 } }
  const before = write(shape, '_before', 'what comes before', { ...count, ...(generate && { generate }) })
  const [onlyName = ''] = eventNames
  const any = { type: 'event_count', rules: eventNames, ...common, condition: { gte: 1 } }
  const last = eventNames.length > 1 ? [write(shape, '_last', 'what comes last', any)] : []
  const rules = [nameOf(rule.id, '_before'), last.length > 0 ? nameOf(rule.id, '_last') : onlyName]
  return [before, ...last, write(shape, '', '', { type: 'temporal_ordered', rules, ...common })]
}

const numberOf = (
  rule: WazuhRule,
  name: string,
  least: number,
  most: number,
  fallback: number,
  partly: string[],
): number => {
  const number = attributeNumber(rule, name, least, most)
  const said = rule.attributes.get(name)
  if (number === undefined && said !== undefined) {
    partly.push(`${name}="${said}" is no number from ${least} to ${most}; ${fallback} was taken.`)
  }
  return number ?? fallback
}
