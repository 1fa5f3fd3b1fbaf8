import { z } from 'zod'
import { openAlertStatuses } from '../../schema/alert/alert.ts'
import { volumeOf, volumeSlot } from '../../schema/event/event-volume.ts'
import { incident, openIncidentStatuses } from '../../schema/incident/incident.ts'
import { type Severity, severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { timeRange } from '../paging.ts'
import { parseTimeRange } from '../time.ts'
import { createRanks, pickMostAnomalous, rankedSpan } from './anomaly-ranks.ts'
import { checklist, readChecklist } from './checklist.ts'

const mostIncidents = 6
const mostOdd = 6
/** A repeated anomaly is listed once, so more than that are read. */
const lookedAt = 50
const mostLearning = 4

const bySeverity = z.record(severity, z.int())
const counted = z.object({ open: z.int(), by_severity: bySeverity })

const brief = incident
  .pick({
    id: true,
    display_id: true,
    status: true,
    severity: true,
    risk_score: true,
    title: true,
    reason: true,
    techniques: true,
    alert_count: true,
    event_count: true,
    first_seen: true,
    last_seen: true,
    assignee: true,
  })
  .meta({ id: 'IncidentBrief' })

/** The count in the previous span of the same length; null if that span is not completely stored. */
const before = z.int().nullable()

const overview = z
  .object({
    incidents: counted.extend({
      /** The open ones that matter most. */
      worst: z.array(brief),
    }),
    alerts: counted.extend({
      /** Since when the oldest open one waits. */
      oldest: z.iso.datetime().nullable(),
      /** Hidden, because a user marked them as normal. */
      hidden: z.int(),
      /** Snoozed alerts, not counted as open. */
      snoozed: z.int(),
    }),
    detections: z.object({
      count: z.int(),
      before,
      /** The number of anomalies in the last 14 days, among which the following ones rank. */
      ranked: z.int(),
      /** The most anomalous detections of the span, by severity and score, each cause once. */
      oddest: z.array(
        z.object({
          id: z.string(),
          detector: z.string(),
          stream: z.string(),
          severity,
          score: z.number(),
          /**
           * The percentage of anomalies of the last 14 days that are less severe or have a lower score; null if there are fewer than 20.
           */
          rank: z.number().nullable(),
          title: z.string(),
          value: z.string(),
          usual: z.string(),
          last_seen: z.iso.datetime(),
        }),
      ),
    }),
    events: z.object({
      count: z.int(),
      before,
      /** The time of the last known one; null without one. */
      last_received: z.iso.datetime().nullable(),
    }),
    sources: z.object({
      count: z.int(),
      /** The share of all received records that were parsed. */
      parsed_percent: z.number(),
      /** The sources with the lowest share of parsed records; empty if all are fully parsed. */
      worst: z.array(z.object({ source: z.string(), records: z.int(), parsed_percent: z.number() })),
    }),
    pipeline: z.object({
      ready: z.boolean(),
      problems: z.array(z.string()),
      /** Waiting records and alerts, the age of the oldest in ms, and the number of dead letters. */
      waiting: z.int(),
      oldest_age_ms: z.number(),
      dead: z.int(),
    }),
    /** The learning progress of each detector: how many items are learnt, of how many, and the least known ones. */
    learning: z.array(
      z.object({
        detector: z.string(),
        known: z.int(),
        of: z.int(),
        least: z.array(z.object({ of: z.string(), seen: z.int(), needed: z.int(), unit: z.string() })),
      }),
    ),
    checklist,
  })
  .meta({ id: 'Overview' })

/** Summarizes the state of the server in one answer: open work, anomalies, learning progress, and ingestion. */
export const getOverview = defineOperation({
  name: 'get_overview',
  summary: 'Returns an overview: open work, anomalies, learning progress and parse rates.',
  role: 'viewer',
  input: z.strictObject({ from: timeRange.from.default('now-24h'), to: timeRange.to.default('now') }),
  output: overview,
  async run(span, deps: OverviewDeps) {
    const { from = 0, to = 0 } = parseTimeRange(span, deps.now())
    const since = from - (to - from)
    const countedSince = await deps.store.events.countedSince()
    const known = countedSince !== undefined && countedSince <= since
    const [incidents, alerts, detections, events, sources, pipeline, steps, earlier] = await Promise.all([
      readIncidents(deps),
      readAlerts(deps),
      readDetections(deps, from, to),
      readEvents(deps, from, to),
      readSources(deps),
      readPipeline(deps),
      readChecklist(deps),
      known ? readEarlier(deps, since, from - 1) : { events: null, detections: null },
    ])
    return {
      ...{ incidents, alerts, pipeline },
      detections: { ...detections, before: earlier.detections },
      sources: sources.health,
      events: { count: events, before: earlier.events, last_received: sources.lastReceived },
      learning: (await deps.learning()).flatMap(toLearning),
      checklist: steps,
    }
  },
})

type OverviewDeps = Pick<Deps, 'store' | 'health' | 'learning' | 'receivers' | 'now'>

const readIncidents = async ({ store }: OverviewDeps) => {
  const [counts, worst] = await Promise.all([store.incidents.counts(), store.incidents.worstOpen(mostIncidents)])
  return { ...countOpen(counts, openIncidentStatuses), worst: worst.map((one) => brief.parse(one)) }
}

const readAlerts = async ({ store }: OverviewDeps) => {
  const [all, snoozed, oldest] = await Promise.all([
    store.alerts.counts(),
    store.alerts.snoozedCounts(),
    store.alerts.oldestOpen(),
  ])
  // Snoozed alerts do not count as open.
  const counts = [...all, ...snoozed.map((row) => ({ ...row, count: -row.count }))]
  const hidden = counts.filter(({ status }) => status === 'suppressed')
  return {
    ...countOpen(counts, openAlertStatuses),
    oldest: oldest === undefined ? null : new Date(oldest).toISOString(),
    hidden: total(hidden),
    snoozed: total(snoozed),
  }
}

const countOpen = (
  counts: readonly { readonly status: string; readonly severity: string; readonly count: number }[],
  statuses: readonly string[],
) => {
  const open = counts.filter(({ status }) => statuses.includes(status))
  const of = (level: Severity): number => total(open.filter((row) => row.severity === level))
  return {
    open: total(open),
    by_severity: {
      info: of('info'),
      low: of('low'),
      medium: of('medium'),
      high: of('high'),
      critical: of('critical'),
    },
  }
}

const total = (rows: readonly { readonly count: number }[]): number =>
  rows.reduce((sum, { count }) => sum + Number(count), 0)

const readDetections = async ({ store }: OverviewDeps, from: number, to: number) => {
  const [count, spans, grades] = await Promise.all([
    store.detections.count({ from, to }),
    store.detections.oddest({ from, to, limit: lookedAt }),
    store.detections.grades({ from: to - rankedSpan, to }),
  ])
  const rankOf = createRanks(grades)
  const picked = pickMostAnomalous(await store.detections.load(spans.map(({ id }) => id)), mostOdd)
  return {
    count,
    ranked: grades.reduce((sum, grade) => sum + grade.count, 0),
    oddest: picked.map((one) => {
      const { id, detector, stream, severity, score, title, value, usual, last_seen } = one
      return { id, detector, stream, severity, score, rank: rankOf(one), title, value, usual, last_seen }
    }),
  }
}

const readEvents = async ({ store }: OverviewDeps, from: number, to: number): Promise<number> => {
  const slot = (time: number) => Math.floor(time / volumeSlot) * volumeSlot
  const rows = await store.events.volume({ from: slot(from), to: slot(to) + volumeSlot, bucket: volumeSlot })
  return rows.reduce((sum, row) => sum + volumeOf(row), 0)
}

const readEarlier = async (deps: OverviewDeps, from: number, to: number) => {
  const [events, detections] = await Promise.all([
    readEvents(deps, from, to),
    deps.store.detections.count({ from, to }),
  ])
  return { events, detections }
}

const readSources = async ({ store }: OverviewDeps) => {
  const rows = await store.parseHealth.list()
  const bySource = [...Map.groupBy(rows, ({ source }) => source)].map(([source, own]) => {
    const records = total(own)
    return { source, records, parsed_percent: percent(total(own.filter(({ parsed }) => parsed)), records) }
  })
  const heard = Math.max(...rows.map(({ last_seen_at }) => last_seen_at))
  const worst = bySource.filter(({ parsed_percent }) => parsed_percent < 100)
  return {
    health: {
      count: bySource.length,
      parsed_percent: percent(total(rows.filter(({ parsed }) => parsed)), total(rows)),
      worst: worst.toSorted((a, b) => a.parsed_percent - b.parsed_percent).slice(0, 3),
    },
    lastReceived: rows.length === 0 ? null : new Date(heard).toISOString(),
  }
}

/** Down to a tenth, and never a hundred unless it is all. */
const percent = (part: number, whole: number): number => (whole === 0 ? 100 : Math.floor((part / whole) * 1_000) / 10)

const readPipeline = async ({ health }: OverviewDeps) => {
  const { ready, problems, queues } = await health()
  const sum = (count: (queue: (typeof queues)[number]) => number) =>
    queues.reduce((all, queue) => all + count(queue), 0)
  return {
    ready,
    problems: [...problems],
    waiting: sum((queue) => queue.ready + queue.running),
    oldest_age_ms: Math.max(0, ...queues.map((queue) => queue.oldest_age_ms)),
    dead: sum(({ dead }) => dead),
  }
}

const toLearning = ({ detector, progress }: Awaited<ReturnType<Deps['learning']>>[number]) => {
  if (progress.length === 0) return []
  const open = progress.filter(({ seen, needed }) => seen < needed)
  return [
    {
      detector,
      known: progress.length - open.length,
      of: progress.length,
      least: open.toSorted((a, b) => a.seen / a.needed - b.seen / b.needed).slice(0, mostLearning),
    },
  ]
}
