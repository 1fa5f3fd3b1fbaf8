import { z } from 'zod'
import type { Log } from '../../component.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { createDelivery } from './deliver.ts'
import { createDescribeNotification } from './describe-notification.ts'
import { someDigest } from './digest/digest.fake.ts'
import { toDigestNotification } from './digest/digest-notification.ts'
import { toDigestPage } from './digest/digest-page.ts'
import { createNotify, type PlannedMessage } from './notify.ts'
import { isKnownTo } from './route.ts'
import { maintenanceWindow, routingOptions } from './routing-options.ts'
import type { Notification, Sink } from './sink.ts'
import { createMaintenance, createTiming } from './timing.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

interface NotifierOptions {
  readonly timeout?: number
  /** The routing options of receivers, as in the configuration. */
  readonly routings?: Readonly<Record<string, object>>
  readonly maintenance?: readonly object[]
  readonly alerts?: readonly Alert[]
  readonly now?: number
}

/** Opens notifications in memory, with a clock that the test moves, and the delivery to the sinks. */
export const openNotifier = (
  sinks: Readonly<Record<string, Pick<Sink, 'send' | 'closes'>>>,
  options: NotifierOptions = {},
) => {
  const { timeout = 1000, routings = {}, maintenance = [], alerts = [] } = options
  const rows = new Map<string, PlannedMessage>()
  const clock = { now: options.now ?? 1_000_000 }
  const incidents = new Map<string, Incident>()
  const notifications = {
    plan: async (planned: readonly PlannedMessage[]) => {
      for (const row of planned) if (!rows.has(row.id)) rows.set(row.id, row)
    },
    forIncident: async (id: string) => [...rows.values()].filter(({ incident_id }) => incident_id === id),
    due: async (now: number, limit: number) =>
      [...rows.values()]
        .filter(
          ({ status, next_attempt_at }) => ['pending', 'failed'].includes(status) && (next_attempt_at ?? 0) <= now,
        )
        .slice(0, limit),
    update: async (row: PlannedMessage) => void rows.set(row.id, row),
    sentTimes: async (name: string, since: number) =>
      [
        ...new Set(
          [...rows.values()].flatMap(({ sink, status, sent_at }) =>
            sink === name && status === 'sent' && sent_at !== null && sent_at > since ? [sent_at] : [],
          ),
        ),
      ].sort((a, b) => a - b),
    cancel: async (id: string) => {
      for (const row of rows.values()) {
        if (row.incident_id === id && ['pending', 'failed'].includes(row.status) && row.reason !== 'resolved')
          rows.set(row.id, { ...row, status: 'cancelled', next_attempt_at: null })
      }
    },
  }
  const stop = new AbortController()
  const matching = { tagsOf: () => ['payments'], now: () => clock.now }
  const configured = Object.keys(sinks).map((name) => ({
    name,
    routing: z.object(routingOptions).parse(routings[name] ?? {}),
  }))
  const delivery = createDelivery(notifications, {
    sinks: new Map(Object.entries(sinks)),
    incidents: { load: async (ids) => ids.flatMap((id) => incidents.get(id) ?? []) },
    now: () => clock.now,
    random: () => 0,
    signal: stop.signal,
    log: silent,
    timeout,
    manners: new Map(
      configured.map(({ name, routing: { escalate_after, group, limit } }) => [
        name,
        { escalates: escalate_after !== undefined, isGrouped: group !== undefined, ...(limit && { limit }) },
      ]),
    ),
    describe: createDescribeNotification({
      notifications,
      alerts: { load: async () => [] },
      publicUrl: undefined,
    }),
    digest: async ({ id }) => toDigestNotification(toDigestPage(someDigest, undefined), id, clock.now),
    isKnown: async (id, sink) => isKnownTo(sink, await notifications.forIncident(id)),
  })
  const stage = createNotify(notifications, {
    receivers: configured.map(({ name, routing }) => ({
      name,
      minSeverity: routing.min_severity,
      closes: sinks[name]?.closes ?? false,
      timing: createTiming(routing, matching),
    })),
    now: () => clock.now,
    alertsOf: async () => alerts,
    maintenance: createMaintenance(z.array(maintenanceWindow).parse(maintenance), matching),
  })
  const job = { id: 'job', attempt: 1, signal: stop.signal, transaction: async () => 'tx' }
  return {
    notifications,
    rows,
    clock,
    stop,
    delivery,
    async plan(...messages: readonly Incident[]) {
      for (const incident of messages) incidents.set(incident.id, incident)
      await stage(messages, job)
    },
    async deliver() {
      await delivery.sendDue()
      await delivery.idle()
    },
    statuses: () => [...rows.values()].map(({ status }) => status),
  }
}

/** A receiver that remembers its messages. */
export const recorder = (answer: () => Error | undefined = () => undefined) => {
  const sent: Notification[] = []
  const sink: Pick<Sink, 'send'> = {
    async send(notification) {
      sent.push(notification)
      const error = answer()
      if (error) throw error
    },
  }
  return { sent, sink }
}
