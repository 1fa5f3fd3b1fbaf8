import { createReader, createWriter } from '../../bytes/codec.ts'
import { type CorrelationRule, type DetectionRule, isCalled } from '../document.ts'
import type { FlatEvent } from '../event.ts'
import { documentFault, type Fault } from '../fault.ts'
import type { CorrelationMatch } from '../matching/match.ts'
import { type Correlation, createCorrelation } from './correlation.ts'

const kind = 'sigma'
const version = 1
/** For so many sets of rules it is known which correlations refer to them. */
const mostKept = 1000
const none: readonly CorrelationMatch[] = []

/** All correlations of an engine. */
export interface Correlations {
  readonly active: readonly CorrelationRule[]
  readonly faults: readonly Fault[]
  /** Whether a rule, given by its number, is only reported through correlations. */
  isHidden(rule: number): boolean
  /** Whether a correlation refers to a rule, given by its number. */
  isPart(rule: number): boolean
  /** Shows an event and the rules that it matched; answers the correlations that it completed. */
  observe(
    event: FlatEvent,
    hits: readonly number[],
    read: (field: string) => readonly string[],
  ): readonly CorrelationMatch[]
  save(): Uint8Array
  restore(state: Uint8Array): void
}

interface Limits {
  readonly maxGroups?: number
  readonly maxEvents?: number
}

/** A rule or a correlation that others may refer to: rules have the numbers from 0, correlations those that follow. */
type Member = DetectionRule | CorrelationRule

/** Resolves what correlations refer to and puts them in an order in which those that others refer to come first. */
export const createCorrelations = (
  documents: readonly CorrelationRule[],
  rules: readonly DetectionRule[],
  limits: Limits,
): Correlations => {
  const faults: Fault[] = []
  const ordered = order(documents, rules, faults)
  const members: Member[] = [...rules, ...ordered]
  const hidden = new Set<number>()
  const parts = new Set<number>()
  const running = ordered.map((rule, index): Correlation => {
    const refers = rule.rules.map((name) => members.findIndex((member) => isCalled(member, name)))
    for (const number of refers) {
      parts.add(number)
      if (!rule.generate) hidden.add(number)
    }
    const fields = refers.map((number) => members[number]).map((member) => fieldsOf(rule, member))
    const titles = refers.map((number) => members[number]?.title ?? '')
    return createCorrelation({ rule, titles, number: rules.length + index, refers, fields, limits })
  })
  const byId = new Map(running.map((correlation) => [correlation.rule.id, correlation]))
  const concerned = new Map<string, readonly Correlation[]>()
  /** The correlations that refer to some rules, or to each other, in order. */
  const concernedBy = (hits: readonly number[]): readonly Correlation[] => {
    const key = hits.length === 1 ? String(hits[0]) : hits.join()
    const known = concerned.get(key)
    if (known) return known
    const reached = new Set(hits)
    const found = running.filter(({ number, refers }) => {
      const isConcerned = refers.some((one) => reached.has(one))
      if (isConcerned) reached.add(number)
      return isConcerned
    })
    if (concerned.size >= mostKept) concerned.clear()
    concerned.set(key, found)
    return found
  }
  /** The rules that the current event matched, and the correlations that it completed. */
  const matched = new Set<number>()

  return {
    active: ordered,
    faults,
    isHidden: (rule) => hidden.has(rule),
    isPart: (rule) => parts.has(rule),
    observe(event, hits, read) {
      const near = concernedBy(hits)
      if (near.length === 0) return none
      matched.clear()
      for (const number of hits) matched.add(number)
      const matches: CorrelationMatch[] = []
      for (const correlation of near) {
        const match = correlation.observe(event, matched, read)
        if (!match) continue
        matched.add(correlation.number)
        if (!hidden.has(correlation.number)) matches.push(match)
      }
      return matches
    },
    save() {
      const writer = createWriter(kind, version).varint(running.length)
      for (const { rule, save } of running) writer.text(rule.id).text(rule.source).bytes(save())
      return writer.finish()
    },
    restore(state) {
      const reader = createReader(state, kind, version)
      for (let left = reader.varint(); left > 0; left--) {
        const [id, source, bytes] = [reader.text(), reader.text(), reader.bytes()]
        const correlation = byId.get(id)
        if (correlation?.rule.source === source) correlation.restore(bytes)
      }
    },
  }
}

/** The fields by which a member's events are grouped: aliases name another one for each rule. */
const fieldsOf = (rule: CorrelationRule, member: Member | undefined): { group: string[]; value: string[] } => {
  const fieldOf = (field: string): string => {
    for (const [name, own] of rule.aliases.get(field) ?? []) if (member && isCalled(member, name)) return own
    return field
  }
  return { group: rule.groupBy.map(fieldOf), value: rule.valueFields.map(fieldOf) }
}

/** Those that can run, the ones that others refer to first. */
const order = (
  documents: readonly CorrelationRule[],
  rules: readonly DetectionRule[],
  faults: Fault[],
): CorrelationRule[] => {
  const ordered: CorrelationRule[] = []
  let left = [...documents]
  for (;;) {
    const ready = left.filter(({ rules: names }) =>
      names.every((name) => [...rules, ...ordered].some((member) => isCalled(member, name))),
    )
    if (ready.length === 0) break
    ordered.push(...ready)
    left = left.filter((rule) => !ready.includes(rule))
  }
  for (const rule of left) {
    const missing = rule.rules.find((name) => ![...rules, ...documents].some((member) => isCalled(member, name)))
    const blocked = rule.rules.find((name) => ![...rules, ...ordered].some((member) => isCalled(member, name)))
    faults.push(
      missing === undefined
        ? documentFault(
            rule,
            'unresolved-rule',
            `The rule "${blocked}" that it refers to refers to itself in the end, or cannot run.`,
          )
        : documentFault(
            rule,
            'unknown-rule',
            `It refers to "${missing}", and there is no rule of that id or name that can run.`,
          ),
    )
  }
  return ordered
}
