import { setImmediate } from 'node:timers/promises'
import { isCalled } from '../../../lib/sigma/document.ts'
import { createEngine } from '../../../lib/sigma/sigma.ts'
import type { RuleBook } from '../../../pipeline/detect/sigma/rule-book.ts'
import { toFlatEvent } from '../../../pipeline/detect/sigma/sigma-event.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Backtest } from '../../../schema/rule/backtest.ts'
import type { Store } from '../../../store/store.ts'

/** The number of rules per slice, after which other work may run. */
const slice = 40
const mostMs = 10_000
const mostNamed = 20
const mostPages = 20

/** Finds the enabled rules that match the same events. Excludes correlations, which match several events. */
export const rulesInCommon = async (
  events: readonly Event[],
  { documents, taxonomy }: RuleBook,
  except: ReadonlySet<string>,
): Promise<Backtest['overlap']['rules']> => {
  const flat = events.map((event) => toFlatEvent(event))
  const filters = documents.filter(({ type }) => type === 'filter')
  // Skip rules that only serve a correlation.
  const counted = documents.flatMap((one) => (one.type === 'correlation' && !one.generate ? one.rules : []))
  const rules = documents.filter(
    (one) => one.type === 'rule' && !except.has(one.id) && !counted.some((word) => isCalled(one, word)),
  )
  const found = new Map<string, { readonly title: string; readonly events: Set<string> }>()
  const began = performance.now()
  for (let i = 0; i < rules.length && events.length > 0 && performance.now() - began < mostMs; i += slice) {
    const engine = createEngine([...rules.slice(i, i + slice), ...filters], { taxonomy })
    await setImmediate()
    for (const event of flat) {
      for (const { rule } of engine.match(event)) {
        const known = found.get(rule.id) ?? { title: rule.title, events: new Set() }
        known.events.add(event.id)
        found.set(rule.id, known)
      }
    }
    await setImmediate()
  }
  return [...found]
    .map(([id, { title, events: same }]) => ({ id, title, events: same.size, share: same.size / events.length }))
    .sort((a, b) => b.events - a.events || (a.id < b.id ? -1 : 1))
    .slice(0, mostNamed)
}

/** Finds the detectors that cite the same events as evidence. */
export const detectorsInCommon = async (
  events: readonly Event[],
  { list }: Pick<Store['detections'], 'list'>,
): Promise<Backtest['overlap']['detectors']> => {
  if (events.length === 0) return []
  const ids = new Set(events.map(({ id }) => id))
  const times = events.map(({ time }) => time)
  const span = { from: Math.min(...times), to: Math.max(...times) }
  const found = new Map<string, Set<string>>()
  let after: string | undefined
  let pages = 0
  do {
    const page = await list({ limit: 500, ...span, after })
    for (const { detector, evidence } of page.items) {
      for (const { event_id } of evidence) {
        if (ids.has(event_id)) found.set(detector, (found.get(detector) ?? new Set()).add(event_id))
      }
    }
    after = page.next
    pages += 1
  } while (after !== undefined && pages < mostPages)
  return [...found]
    .map(([detector, same]) => ({ detector, events: same.size, share: same.size / events.length }))
    .sort((a, b) => b.events - a.events || (a.detector < b.detector ? -1 : 1))
}
