import { type Alert, openAlertStatuses } from '../../schema/alert/alert.ts'
import { type AlertIndexEntry, toAlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { fromJson, toJson } from '../json.ts'
import type { AlertIndexRow } from './alert-tables.ts'
import { alertTextWords } from './alert-text-words.ts'

const openStatuses: ReadonlySet<string> = new Set(openAlertStatuses)

/** Creates the index row of an alert: the fields for counting, sorting and searching. */
export const toIndexRow = (alert: Alert, changedAt: number): AlertIndexRow => ({
  alert_id: alert.id,
  changed_at: changedAt,
  state: openStatuses.has(alert.status) ? 'open' : 'settled',
  first_seen: Date.parse(alert.first_seen),
  last_seen: Date.parse(alert.last_seen),
  snoozed_until: alert.snoozed_until ? Date.parse(alert.snoozed_until) : null,
  head: toJson(toAlertIndexEntry(alert)),
  words: alertTextWords(alert),
})

/** Creates the row that marks an alert as removed for a while, so that every process drops it from memory. */
export const toRemovedRow = (id: string, changedAt: number): AlertIndexRow => ({
  alert_id: id,
  changed_at: changedAt,
  state: 'removed',
  first_seen: 0,
  last_seen: 0,
  snoozed_until: null,
  head: '',
  words: '',
})

const mostShared = 100_000

/** Creates a reader of index entries that stores equal texts, entities and rules once: most of 100,000 alerts share a few. */
export const indexEntryReader = (): ((json: string) => AlertIndexEntry) => {
  const texts = new Map<string, string>()
  const entities = new Map<string, AlertIndexEntry['entities'][number]>()
  const once = (text: string): string => {
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size >= mostShared) texts.clear()
    texts.set(text, text)
    return text
  }
  const rules = new Map<string, NonNullable<AlertIndexEntry['rules']>[number]>()
  const onceRule = (
    rule: NonNullable<AlertIndexEntry['rules']>[number],
  ): NonNullable<AlertIndexEntry['rules']>[number] => {
    const known = rules.get(rule.id)
    if (known?.title === rule.title) return known
    if (rules.size >= mostShared) rules.clear()
    rules.set(rule.id, rule)
    return rule
  }
  const onceEntity = (entity: AlertIndexEntry['entities'][number]): AlertIndexEntry['entities'][number] => {
    const name = `${entity.type} ${entity.value}`
    const known = entities.get(name)
    if (known) return known
    if (entities.size >= mostShared) entities.clear()
    entities.set(name, entity)
    return entity
  }
  return (json) => {
    const entry = fromJson<AlertIndexEntry>(json)
    return {
      ...entry,
      source: once(entry.source),
      stream: once(entry.stream),
      detectors: entry.detectors.map(once),
      techniques: entry.techniques.map(once),
      entities: entry.entities.map(onceEntity),
      ...(entry.rules && { rules: entry.rules.map(onceRule) }),
    }
  }
}
