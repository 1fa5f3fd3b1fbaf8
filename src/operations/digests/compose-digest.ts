import { day, week } from '../../lib/units/time.ts'
import type { Digest } from '../../schema/digest.ts'
import { volumeSlot } from '../../schema/event/event-volume.ts'
import { type Incident, isOpenIncident, openIncidentStatuses } from '../../schema/incident/incident.ts'
import { severityRank } from '../../schema/severity.ts'
import type { SourceVolume } from '../../store/events/event-counts.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'

const mostIncidents = 8
const mostListed = 5
const pageSize = 500

interface DigestRequest {
  readonly period: Digest['period']
  /** The end of the period, in ms. */
  readonly to: number
}

/** Summarizes the day or the week before a moment. */
export const composeDigest = async (
  { period, to }: DigestRequest,
  { store, learning }: Pick<Deps, 'store' | 'learning'>,
): Promise<Digest> => {
  const length = period === 'week' ? week : day
  const from = to - length
  const slot = (time: number) => Math.floor(time / volumeSlot) * volumeSlot
  const [volumes, before, countedSince, detections, incidents, open, progress] = await Promise.all([
    store.events.volumeBySource({ from: slot(from), to: slot(to) }),
    store.events.volumeBySource({ from: slot(from - length), to: slot(from) }),
    store.events.countedSince(),
    store.detections.count({ from, to }),
    incidentsOf(store, { from, to }),
    incidentsOf(store, { status: openIncidentStatuses }),
    learning(),
  ])
  const alerts = await tallyAlerts(store, from, to)
  const former = new Set(before.map(({ source }) => source))
  const isKnown = countedSince !== undefined && countedSince <= from - length
  return {
    period,
    from: iso(from),
    to: iso(to),
    lines: linesOf(volumes),
    lines_before: isKnown ? linesOf(before) : null,
    detections,
    alerts: alerts.count,
    incidents: incidents.length,
    open: open.length,
    unassigned: open.filter(({ assignee }) => assignee === null).length,
    worst: incidents.toSorted(byWeight).slice(0, mostIncidents).map(toLine),
    sources: new Set([...volumes, ...before].map(({ source }) => source)).size,
    stopped: before
      .filter(({ source }) => !volumes.some((one) => one.source === source))
      .map(({ source, last }) => ({ source, last_seen: iso(last) }))
      .slice(0, mostListed),
    quiet: volumes
      .filter(({ source }) => !alerts.sources.has(source))
      .map(({ source, lines }) => ({ source, lines }))
      .toSorted((a, b) => b.lines - a.lines)
      .slice(0, mostListed),
    new_sources: isKnown
      ? volumes.flatMap(({ source }) => (former.has(source) ? [] : source)).slice(0, mostListed)
      : [],
    learning: progress
      .filter((one) => one.progress.length > 0)
      .map((one) => ({
        detector: one.detector,
        known: one.progress.filter(({ seen, needed }) => seen >= needed).length,
        of: one.progress.length,
      })),
    closed: [...alerts.closed].map(([resolution, count]) => ({ resolution, alerts: count })),
    ...(await suppressionsOf(store, alerts.hidden, to)),
    ...(await parseHealthOf(store)),
    messages: await messagesOf(store, from, to),
  }
}

const iso = (time: number): string => new Date(time).toISOString()
const linesOf = (volumes: readonly SourceVolume[]): number => volumes.reduce((sum, { lines }) => sum + lines, 0)

const toLine = (one: Incident): Digest['worst'][number] => {
  const { display_id, title, severity, status, resolution, assignee, first_seen, last_seen, alert_count } = one
  return { display_id, title, severity, status, resolution, assignee, first_seen, last_seen, alert_count }
}

const byWeight = (a: Incident, b: Incident): number =>
  Number(isOpenIncident(b)) - Number(isOpenIncident(a)) ||
  severityRank(b.severity) - severityRank(a.severity) ||
  b.risk_score - a.risk_score ||
  Date.parse(b.last_seen) - Date.parse(a.last_seen)

const incidentsOf = async (
  store: Store,
  query: Pick<Parameters<Store['incidents']['list']>[0], 'status' | 'from' | 'to'>,
): Promise<readonly Incident[]> => {
  const found: Incident[] = []
  let after: string | undefined
  do {
    const page = await store.incidents.list({ ...query, limit: pageSize, after })
    found.push(...page.items.filter(({ merged_into }) => merged_into === null))
    after = page.next
  } while (after !== undefined)
  return found
}

interface AlertTally {
  readonly count: number
  readonly sources: ReadonlySet<string>
  /** By resolution. */
  readonly closed: ReadonlyMap<string, number>
  /** By suppression. */
  readonly hidden: ReadonlyMap<string, { readonly alerts: number; readonly detections: number }>
}

const tallyAlerts = async (store: Store, from: number, to: number): Promise<AlertTally> => {
  const sources = new Set<string>()
  const closed = new Map<string, number>()
  const hidden = new Map<string, { alerts: number; detections: number }>()
  let count = 0
  for await (const entries of store.alerts.scan()) {
    for (const { status, source, resolution, suppression_id, count: detections, ...times } of entries) {
      if (resolution !== null && isBetween(times.updated_at, from, to)) {
        closed.set(resolution, (closed.get(resolution) ?? 0) + 1)
      }
      if (Date.parse(times.last_seen) < from || Date.parse(times.first_seen) >= to) continue
      if (status === 'suppressed' && suppression_id !== null) {
        const known = hidden.get(suppression_id) ?? { alerts: 0, detections: 0 }
        hidden.set(suppression_id, { alerts: known.alerts + 1, detections: known.detections + detections })
        continue
      }
      count += 1
      sources.add(source)
    }
  }
  return { count, sources, closed, hidden }
}

const isBetween = (time: string, from: number, to: number): boolean => Date.parse(time) >= from && Date.parse(time) < to

const suppressionsOf = async (store: Store, hidden: AlertTally['hidden'], now: number) => {
  const all = await store.suppressions.list()
  const active = all.filter(
    ({ paused, expires_at }) => !paused && (expires_at === null || Date.parse(expires_at) > now),
  )
  return {
    suppressions: all
      .flatMap(({ id, scope, reason, expires_at }) => {
        const counted = hidden.get(id)
        return counted ? [{ scope, reason, ...counted, expires_at }] : []
      })
      .toSorted((a, b) => b.alerts - a.alerts)
      .slice(0, mostListed),
    unused_suppressions: active.filter(({ hits }) => hits === 0).length,
  }
}

const parseHealthOf = async (store: Store): Promise<Pick<Digest, 'parsed_percent' | 'unparsed'>> => {
  const rows = await store.parseHealth.list()
  const sum = (some: typeof rows) => some.reduce((all, { count }) => all + count, 0)
  const percent = (some: typeof rows) => {
    const whole = sum(some)
    // Never a hundred unless all are parsed.
    return whole === 0 ? 100 : Math.floor((sum(some.filter(({ parsed }) => parsed)) / whole) * 1_000) / 10
  }
  const bySource = [...Map.groupBy(rows, ({ source }) => source)].map(([source, own]) => ({
    source,
    parsed_percent: percent(own),
    sample: own.find(({ parsed }) => !parsed)?.sample ?? '',
  }))
  return {
    parsed_percent: percent(rows),
    unparsed: bySource
      .filter(({ parsed_percent }) => parsed_percent < 100)
      .toSorted((a, b) => a.parsed_percent - b.parsed_percent)
      .slice(0, mostListed),
  }
}

const messagesOf = async (store: Store, from: number, to: number): Promise<Digest['messages']> => {
  const counts = await store.notifications.counts({ from, to })
  const of = (status: string) => counts.find((one) => one.status === status)?.count ?? 0
  return { sent: of('sent'), failed: of('dead') }
}
