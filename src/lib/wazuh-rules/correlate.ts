import { readCountedFields } from './correlation-fields.ts'
import { attributeNumber, footOf, headingOf, isSilent, nameOf } from './heading.ts'
import { belowCount, type Placed, type Placement, withoutCovered } from './inherit.ts'
import { isInGroup } from './parents.ts'
import { familyOf } from './tables.ts'
import { elementsOf, isCorrelation, textOf, toNumber, type WazuhRule } from './wazuh-rule.ts'

/** Wazuh's own when a rule does not say it: two times, six minutes. */
const defaultFrequency = 2
const defaultTimeframe = 360
/** More rules than this cannot be counted together. */
const mostCounted = 500

/** What counting takes besides the document of the rule itself. */
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
  /** The field by which events of different agents are told apart; Wazuh counts each agent alone. */
  readonly agentField: string | undefined
  /** The names of the documents of a rule. */
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
  if (rule.level === 0) {
    return {
      impossible: [
        'It has level 0 and counts events: Wazuh uses it to hush bursts, Sigma cannot. Suppress the alert instead.',
      ],
    }
  }
  const counted = findCounted(rule, placement, partly)
  if ('impossible' in counted) return counted
  const names = counted.rules.flatMap(({ id }) => documentsOf(id))
  if (names.length === 0) {
    return { impossible: [`${counted.words} could not be converted, so there is nothing to count.`] }
  }
  for (const { id, level, noAlert } of counted.rules) {
    if (level === 0 || noAlert)
      partly.push(
        `Rule ${id} never alerts (level 0 or noalert), so in Wazuh it is never counted and this rule never fires. Here it does.`,
      )
  }
  const isShown = counted.rules.filter((one) => !isSilent(one))
  if (isShown.length > 0 && isShown.length < counted.rules.length) {
    notes.push('It counts rules that alert and rules that do not; here all of them alert.')
  }
  if (counted.rules.length > 1)
    notes.push('An event that meets several of the rules that it counts is counted once for each.')
  const family = familyOf(at.ways[0]?.logsource ?? {})
  const fields = readCountedFields(rule, family)
  if (fields.impossible.length > 0) return { impossible: fields.impossible }
  notes.push(...fields.notes)
  for (const name of fields.strangers)
    partly.push(`Events have no field for "${name}"; it counts where events bring it under that name.`)
  const isGlobal = elementsOf(rule, 'global_frequency').length > 0
  if (!isGlobal && agentField === undefined) {
    notes.push('Wazuh counts the events of each agent alone; this counts those of all together.')
  }
  const groupBy = [...new Set([...(isGlobal || agentField === undefined ? [] : [agentField]), ...fields.same])]
  const frequency = numberOf(rule, 'frequency', 2, 9999, defaultFrequency, partly)
  const timeframe = numberOf(rule, 'timeframe', 1, 99_999, defaultTimeframe, partly)
  const common = { ...(groupBy.length > 0 && { 'group-by': groupBy }), timespan: sayTimespan(timeframe) }
  const generate = isShown.length > 0
  const isSame = countsItself(at, counted.rules)
  if (!isSame && at.parents.rules.some(isCorrelation)) {
    return { impossible: [belowCount] }
  }
  if ((placement.ignoring.get(rule.id) ?? []).length > 0) {
    partly.push(
      'Rules of level 0 below it take events away in Wazuh; they cannot take them from a count, so this alerts more often.',
    )
  }
  if (!isSame && fields.different.length > 0) {
    return {
      impossible: [
        'It asks that its own event differs from those of another rule, which Sigma cannot compare. Count events of one rule only.',
      ],
    }
  }
  if (fields.different.length > 0) {
    if (frequency > 2)
      partly.push(
        `Wazuh asks that the other events differ from the last one, this that all ${frequency} differ from each other in ${fields.different.join(' and ')}.`,
      )
    if (fields.different.length > 1)
      partly.push('Wazuh asks that each of the fields differs, this that they differ taken together.')
  }
  const [onlyField] = fields.different
  const value =
    fields.different.length === 0 ? {} : { field: fields.different.length === 1 ? onlyField : fields.different }
  const type = fields.different.length === 0 ? 'event_count' : 'value_count'
  if (isSame) {
    const correlation = {
      type,
      rules: names,
      ...common,
      condition: { ...value, gte: frequency },
      ...(generate && { generate }),
    }
    return finish([{ ...headingOf(rule, family, '', ''), correlation, ...footOf(rule) }], false)
  }
  const eventNames = documentsOf(rule.id)
  const before = { type, rules: names, ...common, condition: { gte: frequency - 1 }, ...(generate && { generate }) }
  const steps: object[] = [
    { ...headingOf(rule, family, '_before', 'what comes before'), correlation: before, ...footOf(rule) },
  ]
  let [last = ''] = eventNames
  if (eventNames.length > 1) {
    last = nameOf(rule.id, '_last')
    const correlation = { type, rules: eventNames, ...common, condition: { gte: 1 } }
    steps.push({ ...headingOf(rule, family, '_last', 'what comes last'), correlation, ...footOf(rule) })
  }
  const ordered = { type: 'temporal_ordered', rules: [nameOf(rule.id, '_before'), last], ...common }
  return finish([...steps, { ...headingOf(rule, family, '', ''), correlation: ordered, ...footOf(rule) }], true)

  function finish(documents: readonly object[], needsEvent: boolean): Correlated {
    return { documents, needsEvent, counted: counted && 'rules' in counted ? counted.rules : [], partly, notes }
  }
}

const findCounted = (
  rule: WazuhRule,
  { placed }: Placement,
  partly: string[],
): { readonly rules: readonly WazuhRule[]; readonly words: string } | { readonly impossible: readonly string[] } => {
  const sid = textOf(rule, 'if_matched_sid')
  const group = textOf(rule, 'if_matched_group')
  if (sid !== undefined) {
    if (group !== undefined) partly.push('It has if_matched_sid and if_matched_group; this obeys if_matched_sid alone.')
    const id = toNumber(sid, 1, 999_999)
    if (id === undefined)
      return { impossible: [`<if_matched_sid>: "${sid.trim()}" is no rule id; Wazuh takes one only.`] }
    const counted = placed.get(id)?.rule
    if (!counted)
      return {
        impossible: [`It counts rule ${id}, which is in none of the files. Add Wazuh’s own ruleset/rules folder.`],
      }
    return { rules: [counted], words: `Rule ${id}` }
  }
  const inGroup: WazuhRule[] = []
  for (const { rule: other, ways } of placed.values()) {
    const alerts = other.level > 0 && !other.noAlert && !isCorrelation(other) && other.order < rule.order
    if (alerts && ways.length > 0 && isInGroup(other, group ?? '')) inGroup.push(other)
    if (inGroup.length > mostCounted)
      return { impossible: [`More than ${mostCounted} rules are in the group "${group ?? ''}". Name a smaller one.`] }
  }
  if (inGroup.length === 0)
    return {
      impossible: [
        `No rule before it that alerts is in the group "${group ?? ''}". Add Wazuh’s own ruleset/rules folder.`,
      ],
    }
  return { rules: withoutCovered(inGroup, placed), words: `The group "${group ?? ''}"` }
}

/** Whether the last event is only one more of those that are counted. */
const countsItself = ({ own, parents, rule }: Placed, counted: readonly WazuhRule[]): boolean => {
  if (own.tests.length > 0) return false
  if (elementsOf(rule, 'if_sid').length === 0 && elementsOf(rule, 'if_level').length === 0) {
    const group = textOf(rule, 'if_group')
    if (group === undefined) return true
    const matched = textOf(rule, 'if_matched_group')
    if (matched !== undefined && group.trim().toLowerCase() === matched.trim().toLowerCase()) return true
  }
  return parents.rules.length === counted.length && parents.rules.every((one) => counted.includes(one))
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

/** Seconds as Sigma writes them: `120s` stays, `3600s` is `1h`. */
const sayTimespan = (seconds: number): string => {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
