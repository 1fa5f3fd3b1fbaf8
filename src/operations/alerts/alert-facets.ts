import { alertIndexFields } from '../../schema/alert/alert-fields.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import type { FieldValue } from '../../schema/event/event.ts'
import type { Store } from '../../store/store.ts'
import type { AlertPredicate } from '../filter.ts'
import { indexPredicate, narrowScope, type ParsedAlertSearch } from './search-alerts.ts'

/** The fields that alerts can be counted by. Each is also a filter field. */
export const facetFields = [
  'status',
  'severity',
  'type',
  'verdict',
  'risk_level',
  'source',
  'stream',
  'detector',
  'technique',
  'assignee',
  'resolution',
  'incident_id',
  'ip',
  'user',
  'host',
  'service',
  'process',
  'template',
  'entity.device',
  'entity.domain',
  'entity.file',
  'entity.hash',
  'entity.url',
] as const
export type FacetField = (typeof facetFields)[number]

export interface Facet {
  readonly field: FacetField
  readonly counts: ReadonlyMap<string, number>
  /** The number of alerts without a value. */
  readonly without: number
}

type Test = (entry: AlertIndexEntry) => boolean

/**
 * Counts field values of matching alerts. The count of a field ignores the filter's own terms on that field, so that
 * users can choose other values. Calls `visit` for each full match.
 */
export const countFacets = async (
  question: ParsedAlertSearch,
  { alerts }: Pick<Store, 'alerts'>,
  fields: readonly FacetField[],
  visit: (entry: AlertIndexEntry) => void,
): Promise<{ total: number; of: number; facets: readonly Facet[] }> => {
  const { filter, within } = question
  const parts = filter.parts()
  const own = new Map(fields.map((field) => [field, parts.filter(isAboutOnly(field))] as const))
  const shared = parts.filter((part) => !fields.some((field) => isAboutOnly(field)(part)))
  const sharedTest = every([...(await Promise.all(shared.map((part) => indexPredicate(part, alerts)))), within])

  const tests = fields.map((field) =>
    every((own.get(field) ?? []).flatMap(({ byIndex }) => byIndex?.bind(() => false) ?? [])),
  )
  const tallies = fields.map((field) => new Tally(field))
  let total = 0
  const count = (entry: AlertIndexEntry): void => {
    if (!sharedTest(entry)) return
    // The single field whose terms the alert fails. The alert counts only there.
    let failed = -1
    for (const [index, test] of tests.entries()) {
      if (test(entry)) continue
      if (failed >= 0) return
      failed = index
    }
    if (failed >= 0) {
      tallies[failed]?.add(entry)
      return
    }
    for (const tally of tallies) tally.add(entry)
    total += 1
    visit(entry)
  }
  for await (const some of alerts.scan(narrowScope(question, shared))) some.forEach(count)
  return { total, of: await alerts.total(), facets: tallies }
}

const isAboutOnly =
  (field: FacetField) =>
  ({ fields, byIndex }: AlertPredicate): boolean =>
    byIndex?.words.length === 0 && fields.length === 1 && fields[0] === field

const every =
  (tests: readonly Test[]): Test =>
  (entry) => {
    for (const test of tests) if (!test(entry)) return false
    return true
  }

class Tally implements Facet {
  readonly field: FacetField
  readonly #read: (entry: AlertIndexEntry) => FieldValue | undefined
  readonly #counts = new Map<string, { count: number }>()
  without = 0

  constructor(field: FacetField) {
    this.field = field
    // A sub-technique also matches its parent; count it once.
    this.#read = field === 'technique' ? ({ techniques }) => techniques : alertIndexFields.reader(field)
  }

  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#counts].map(([value, { count }]) => [value, count]))
  }

  add(entry: AlertIndexEntry): void {
    const value = this.#read(entry)
    if (value === undefined || (typeof value === 'object' && value.length === 0)) this.without += 1
    else if (typeof value === 'object') for (const one of value) this.#count(String(one))
    else this.#count(String(value))
  }

  #count(value: string): void {
    const known = this.#counts.get(value)
    if (known) known.count += 1
    else this.#counts.set(value, { count: 1 })
  }
}
