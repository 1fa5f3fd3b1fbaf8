import { createReader, createWriter } from '../../bytes/codec.ts'
import { type CorrelationRule, type DetectionRule, isCalled } from '../document.ts'
import type { FlatEvent } from '../event.ts'
import { documentFault, type Fault } from '../fault.ts'
import type { CorrelationMatch } from '../matching/match.ts'
import { type Correlation, createCorrelation } from './correlation.ts'
import { createCurrentEvent } from './current-event.ts'

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
  /** Finds the correlations that refer to some rules, or to each other, in order; each by its place in `active`. */
  concernedBy(hits: readonly number[]): readonly number[]
  /** Shows an event, the rules that it matched, and the correlations that they concern; answers those that it completed. */
  observe(event: FlatEvent, hits: readonly number[], near: readonly number[]): readonly CorrelationMatch[]
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
  read: (field: string) => readonly string[],
  limits: Limits,
): Correlations => {
  const faults: Fault[] = []
  const ordered = order(documents, rules, faults)
  const members: Member[] = [...rules, ...ordered]
  const current = createCurrentEvent(read, members.length)
  const hidden = new Set<number>()
  const parts = new Set<number>()
  const running = ordered.map((rule, index): Correlation => {
    const refers = rule.rules.map((name) => members.findIndex((member) => isCalled(member, name)))
    for (const number of refers) {
      parts.add(number)
      if (!rule.generate) hidden.add(number)
    }
    const fields = refers.map((number) => {
      const { group, value } = fieldsOf(rule, members[number])
      return { group: current.texts(group), value: current.texts(value) }
    })
    const titles = refers.map((number) => members[number]?.title ?? '')
    return createCorrelation({ rule, titles, number: rules.length + index, refers, fields, limits })
  })
  const byId = new Map(running.map((correlation) => [correlation.rule.id, correlation]))
  const concerned = new Map<string, readonly number[]>()
  const concernedBy = (hits: readonly number[]): readonly number[] => {
    const key = hits.length === 1 ? String(hits[0]) : hits.join()
    const known = concerned.get(key)
    if (known) return known
    const reached = new Set(hits)
    const found: number[] = []
    for (const [place, { number, refers }] of running.entries()) {
      if (!refers.some((one) => reached.has(one))) continue
      reached.add(number)
      found.push(place)
    }
    if (concerned.size >= mostKept) concerned.clear()
    concerned.set(key, found)
    return found
  }

  return {
    active: ordered,
    faults,
    isHidden: (rule) => hidden.has(rule),
    isPart: (rule) => parts.has(rule),
    concernedBy,
    observe(event, hits, near) {
      if (near.length === 0) return none
      current.next(event)
      for (const number of hits) current.note(number)
      const matches: CorrelationMatch[] = []
      for (const place of near) {
        const correlation = running[place]
        const match = correlation?.observe(event, current)
        if (!correlation || !match) continue
        current.note(correlation.number)
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
