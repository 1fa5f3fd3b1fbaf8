import { dump } from 'js-yaml'
import type { Logsource } from '../sigma/document.ts'
import { type Correlated, correlate } from './correlate.ts'
import { isImpossible } from './expression.ts'
import { footOf, headingOf, isSilent, nameOf } from './heading.ts'
import { alertingWays, logsourceKey, type Placed, type Placement, placeRules, type Way } from './inherit.ts'
import { readRules } from './read-rules.ts'
import { renderDetection } from './render.ts'
import { familyOf } from './tables.ts'
import { boundedNumber, elementText, isCorrelation, type ReadFault, type WazuhRule } from './wazuh-rule.ts'

export type { ReadFault as WazuhFault } from './wazuh-rule.ts'

export const outcomes = ['converted', 'partly', 'not-converted'] as const
export type RuleOutcome = (typeof outcomes)[number]

/** The result of one rule, or the reason why something could not be read. */
export interface ReportRow {
  /** Undefined for what is no rule: a file that is no XML. */
  readonly id: number | undefined
  readonly file: string
  readonly line: number
  readonly outcome: RuleOutcome
  /** Sentences for a Wazuh admin: what differs, why, and what to do instead. */
  readonly reasons: readonly string[]
}

export interface Conversion {
  /** One a rule that is written; a rule that counts brings its helpers along in the same text. */
  readonly documents: readonly { readonly name: string; readonly yaml: string; readonly wazuhIds: readonly number[] }[]
  /** In the order of the files; one row a rule. */
  readonly report: readonly ReportRow[]
  /** The parts that could not be read, with a word for programs: `xml-doctype`, `duplicate-id` … Each is in the report as well. */
  readonly faults: readonly ReadFault[]
  readonly summary: {
    readonly rules: number
    readonly converted: number
    readonly partly: number
    readonly notConverted: number
    readonly documents: number
    /** The notes on all rules together. */
    readonly notes: readonly string[]
  }
}

export interface ConvertOptions {
  /** The field that distinguishes Wazuh's agents (`host.name`). Wazuh counts each agent alone; without this all are counted together. */
  readonly agentField?: string
}

/**
 * Converts rules of Wazuh 4.x to Sigma. Give all files at once and in the order in which Wazuh reads them (its own ruleset first), for rules
 * refer to each other. Never throws: what cannot be converted is in the report. The same files give the same text, and a rule keeps its id.
 */
export const convertWazuhRules = (
  files: readonly { readonly name: string; readonly text: string }[],
  { agentField }: ConvertOptions = {},
): Conversion => {
  const { rules, faults } = readRules(files)
  const placement = placeRules(rules)
  const state: State = { placement, rows: new Map(), drafts: new Map(), correlations: new Map() }
  for (const at of placement.placed.values()) {
    const row: Row = { impossible: [], partly: [], needs: [], notes: [] }
    state.rows.set(at.rule.id, row)
    state.drafts.set(at.rule.id, draft(at, placement, row))
  }
  correlateAll(state, agentField)
  const documents = writeDocuments(rules, state)
  const order = new Map(files.map(({ name }, index) => [name, index]))
  const report = toReport(rules, state.rows, faults).sort(
    (one, other) => (order.get(one.file) ?? 0) - (order.get(other.file) ?? 0) || one.line - other.line,
  )
  const count = (outcome: RuleOutcome): number => report.filter((row) => row.outcome === outcome).length
  return {
    documents,
    report,
    faults,
    summary: {
      rules: rules.length,
      converted: count('converted'),
      partly: count('partly'),
      notConverted: count('not-converted'),
      documents: documents.length,
      notes: generalNotes,
    },
  }
}

/** The rules so far, by their ids. */
interface State {
  readonly placement: Placement
  readonly rows: Map<number, Row>
  readonly drafts: Map<number, Draft>
  readonly correlations: Map<number, Correlated>
}

/** Writes the rules that count, those that others count first, so that their names are known. */
const correlateAll = ({ placement, rows, drafts, correlations }: State, agentField: string | undefined): void => {
  const namesOf = (id: number): readonly string[] => drafts.get(id)?.parts.map(({ name }) => name) ?? []
  for (const at of correlationsInOrder(placement)) {
    const row = rows.get(at.rule.id)
    if (!row || row.impossible.length > 0) continue
    const documentsOf = (id: number): readonly string[] => {
      const other = placement.placed.get(id)?.rule
      if (id === at.rule.id || !other || !isCorrelation(other)) return namesOf(id)
      return correlations.has(id) ? [nameOf(id)] : []
    }
    const result = correlate(at, placement, { agentField, documentsOf })
    if ('impossible' in result) {
      row.impossible.push(...result.impossible)
      continue
    }
    correlations.set(at.rule.id, result)
    row.partly.push(...result.partly)
    row.notes.push(...result.notes)
    const inPart = result.counted.filter(({ id }) => {
      const counted = rows.get(id)
      return counted && counted.partly.length + counted.needs.length > 0
    })
    if (inPart.length > 0) {
      const names = inPart.slice(0, 5).map(({ id }) => id)
      row.partly.push(`It counts what is said only in part: see ${names.join(', ')}${inPart.length > 5 ? ' …' : ''}.`)
    }
  }
}

const writeDocuments = (
  rules: readonly WazuhRule[],
  { placement, rows, drafts, correlations }: State,
): Conversion['documents'] => {
  const needed = findNeeded(correlations, placement)
  return rules.flatMap((rule) => {
    const row = rows.get(rule.id)
    const own = drafts.get(rule.id)?.parts.map(({ document }) => document) ?? []
    if (!row || row.impossible.length > 0) return []
    if (isSilent(rule)) {
      row.notes.push(needed.has(rule.id) ? 'Its rule is only written because another one counts it.' : silence(rule))
      if (!needed.has(rule.id)) return []
    }
    const correlation = correlations.get(rule.id)
    const parts = correlation ? [...(correlation.needsEvent ? own : []), ...correlation.documents] : own
    const yaml = parts.map(toYaml).join('---\n')
    return parts.length === 0 ? [] : [{ name: `${nameOf(rule.id)}.yml`, yaml, wazuhIds: [rule.id] }]
  })
}

/** The rules that rules which alert count, and those that these count. */
const findNeeded = (correlations: ReadonlyMap<number, Correlated>, { placed }: Placement): ReadonlySet<number> => {
  const needed = new Set<number>()
  const waiting = [...correlations.keys()].filter((id) => {
    const rule = placed.get(id)?.rule
    return rule && !isSilent(rule)
  })
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const { id: other } of correlations.get(id)?.counted ?? []) {
      if (needed.has(other)) continue
      needed.add(other)
      waiting.push(other)
    }
  }
  return needed
}

const generalNotes: readonly string[] = [
  'Wazuh reports one rule for an event, the deepest that matches; Sigma reports every rule that matches. The events that a rule of level 0 removes from others are removed here as well; otherwise a rule and the more specific ones below it are all reported, each with its own level.',
  'Wazuh stops counting after a rule has fired and restarts; a Sigma correlation counts on in its window.',
]

interface Row {
  readonly impossible: string[]
  readonly partly: string[]
  readonly needs: string[]
  readonly notes: string[]
}

/** The documents of a rule's own events: one for each log source. */
interface Draft {
  readonly parts: readonly { readonly name: string; readonly document: object }[]
}

const draft = (at: Placed, placement: Placement, row: Row): Draft => {
  const { rule } = at
  row.impossible.push(...at.impossible)
  row.partly.push(...at.partly)
  row.needs.push(...at.needs)
  row.notes.push(...at.own.notes, ...at.parents.notes)
  if (at.impossible.length > 0) return { parts: [] }
  const isHelper = isCorrelation(rule)
  const alerting = isHelper ? { ways: at.ways, partly: [], needs: [] } : alertingWays(at, placement)
  row.partly.push(...alerting.partly)
  row.needs.push(...alerting.needs)
  const ways = alerting.ways.filter(({ expression }) => !isImpossible(expression))
  if (ways.length === 0)
    row.impossible.push('No event can meet it: rules of level 0 take all of its events away, in Wazuh as well.')
  const parts = ways.map((way) => {
    const logsource = completed(way, rule, row)
    const suffix = `${isHelper ? '_event' : ''}${
      ways.length > 1
        ? `_${logsourceKey(logsource)
            .replace(/[^a-z0-9]+/gi, '_')
            .replace(/^_|_$/g, '')}`
        : ''
    }`
    const testsOf = (id: number) => placement.placed.get(id)?.own.tests ?? []
    const { detection, strangers } = renderDetection(way.expression, logsource, testsOf)
    for (const name of strangers)
      row.partly.push(`Events have no field for "${name}"; the rule tests it where events bring it under that name.`)
    const heading = headingOf(rule, familyOf(logsource), suffix, isHelper ? 'its last event' : '')
    return { name: heading.name, document: { ...heading, logsource, detection, ...footOf(rule) } }
  })
  return { parts }
}

/** The log source of a way; where it is unknown, the first group is used as a product. */
const completed = ({ logsource }: Way, rule: WazuhRule, row: Row): Logsource => {
  if (Object.keys(logsource).length > 0) return logsource
  const product = rule.groups[0] ?? 'wazuh'
  row.notes.push(
    `Nothing says which events it is for, so its log source is product: ${product}, after its first group. Say in a taxonomy file which events are meant.`,
  )
  return { product }
}

const silence = (rule: WazuhRule): string => {
  const why = rule.noAlert ? 'It has noalert' : rule.level === 0 ? 'It has level 0' : 'It has the option no_log'
  const taken =
    rule.level === 0 && !rule.noAlert ? ', and what it matches is taken away from the rules above and beside it' : ''
  return `${why} and alerts nobody: no rule is written for it. Its condition is part of the rules below it${taken}.`
}

/** Rules that count, those that others count first. */
const correlationsInOrder = ({ placed }: Placement): readonly Placed[] => {
  const waiting = new Set([...placed.values()].filter(({ rule }) => isCorrelation(rule)))
  const ordered: Placed[] = []
  for (const at of waiting) visit(at, [])
  return ordered

  function visit(at: Placed, path: readonly Placed[]): void {
    if (!waiting.has(at) || path.includes(at) || path.length > 100) return
    const matched = boundedNumber(elementText(at.rule, 'if_matched_sid'), 1, 999_999)
    for (const id of [...at.parents.rules.map((above) => above.id), ...(matched === undefined ? [] : [matched])]) {
      const other = placed.get(id)
      if (other && isCorrelation(other.rule)) visit(other, [...path, at])
    }
    if (waiting.delete(at)) ordered.push(at)
  }
}

const toReport = (
  rules: readonly WazuhRule[],
  rows: ReadonlyMap<number, Row>,
  faults: readonly ReadFault[],
): ReportRow[] => {
  const ofRules = rules.map(({ id, file, line }): ReportRow => {
    const row = rows.get(id) ?? { impossible: [], partly: [], needs: [], notes: [] }
    const outcome =
      row.impossible.length > 0 ? 'not-converted' : row.partly.length + row.needs.length > 0 ? 'partly' : 'converted'
    const reasons = outcome === 'not-converted' ? row.impossible : [...row.partly, ...row.needs, ...row.notes]
    return { id, file, line, outcome, reasons: [...new Set(reasons)].slice(0, 20) }
  })
  const ofFaults = faults.map(
    ({ id, file, line, message }): ReportRow => ({ id, file, line, outcome: 'not-converted', reasons: [message] }),
  )
  return [...ofFaults, ...ofRules]
}

const toYaml = (document: object): string => dump(document, { lineWidth: 120, noRefs: true })
