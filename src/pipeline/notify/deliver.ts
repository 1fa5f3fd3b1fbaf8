import type { Log } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { limited, unlessAborted } from '../../lib/deadline/deadline.ts'
import type { Incident } from '../../schema/incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { afterFailure } from './attempt.ts'
import type { PlannedMessage } from './notify.ts'
import type { Notification, NotificationContext, NotifyReason, Sink } from './sink.ts'
import { createStormGuard, type StormGuard } from './storm.ts'

interface Notifications {
  /** Returns the messages that are due, oldest first. */
  due(now: number, limit: number): Promise<readonly PlannedMessage[]>
  update(row: PlannedMessage): Promise<void>
}

interface DeliverOptions {
  readonly sinks: ReadonlyMap<string, Sink>
  readonly incidents: { load(ids: readonly string[]): Promise<readonly Incident[]> }
  /** Returns what messages say beside the incident itself. */
  readonly describe?: (incident: Incident, sink: string) => Promise<NotificationContext>
  readonly now: () => number
  /** Returns a number from 0 to 1, for jitter. */
  readonly random: () => number
  readonly signal: AbortSignal
  readonly log: Log
  readonly notified?: (sink: string, outcome: 'sent' | 'failed' | 'dead') => void
  /** Whether this process sends the messages, and not another one on the same database. */
  readonly isSender?: () => Promise<boolean>
  /** The timeout of a sink, in ms. */
  readonly timeout?: number
}

export interface NotificationDelivery {
  /** Starts to send what is due, without waiting for the receivers. */
  sendDue(): Promise<void>
  /** Sends what is due soon, after the current transaction has committed. */
  wake(): void
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>
}

const page = 500
const widestPage = 16_000
const wakeMs = 100

/**
 * Sends due messages. Each receiver has its own queue, so that a slow one delays no other, and gets its messages in order. Failures are
 * retried, then dead-lettered. A crash between sending and recording sends again with the same idempotency key.
 */
export const createDelivery = (notifications: Notifications, options: DeliverOptions): NotificationDelivery => {
  const { sinks, now, signal, log, isSender = async () => true } = options
  const busy = new Map<string, Promise<void>>()
  const guards = new Map<string, StormGuard>([...sinks.keys()].map((name) => [name, createStormGuard()]))
  const context: Context = { ...options, isSender, update: notifications.update }
  let waking: NodeJS.Timeout | undefined

  const start = (name: string, rows: readonly PlannedMessage[]) => {
    const sink = sinks.get(name)
    const guard = guards.get(name)
    const work = sink && guard ? sendAll(rows, { ...context, sink, guard }) : Promise.all(rows.map(deadLetter(context)))
    const line = work
      .catch((error: unknown) =>
        log.error({ sink: name, reason: messageOf(error) }, 'Notifications could not be sent.'),
      )
      .then(() => void busy.delete(name))
    busy.set(name, line)
  }

  const look = async () => {
    if (signal.aborted || !(await isSender())) return
    // Rows of busy receivers stay due. Widen the page so that they do not hide rows of others.
    for (let limit = page; limit <= widestPage; limit *= 2) {
      const rows = await notifications.due(now(), limit)
      const free = Map.groupBy(
        rows.filter(({ sink }) => !busy.has(sink)),
        ({ sink }) => sink,
      )
      for (const [name, own] of free) start(name, own)
      if (free.size > 0 || rows.length < limit) return
    }
  }

  return {
    sendDue: look,
    wake() {
      if (waking || signal.aborted) return
      waking = setTimeout(() => {
        waking = undefined
        look().catch((error: unknown) => log.error({ reason: messageOf(error) }, 'Notifications could not be read.'))
      }, wakeMs)
      waking.unref()
    },
    async idle() {
      while (busy.size > 0) await Promise.all(busy.values())
    },
  }
}

interface Context extends DeliverOptions {
  isSender(): Promise<boolean>
  update(row: PlannedMessage): Promise<void>
}

interface Line extends Context {
  readonly sink: Sink
  readonly guard: StormGuard
}

/** Sends the rows of one receiver in order, until a failure suggests that the receiver is down. */
const sendAll = async (rows: readonly PlannedMessage[], line: Line): Promise<void> => {
  const { guard, incidents, now, signal, isSender } = line
  const sink = rows[0]?.sink ?? ''
  const found = new Map((await incidents.load(rows.map(({ incident_id }) => incident_id))).map((one) => [one.id, one]))
  const gone = rows.filter(({ incident_id }) => !found.has(incident_id))
  await Promise.all(gone.map((row) => line.update({ ...row, status: 'dead', last_error: 'The incident was deleted.' })))

  const isQuiet = ({ incident_id }: PlannedMessage) => Boolean(found.get(incident_id)?.suppression_id)
  const cancelled = rows.filter(isQuiet)
  await Promise.all(cancelled.map((row) => line.update({ ...row, status: 'cancelled', next_attempt_at: null })))

  const left = rows.filter((row) => found.has(row.incident_id) && !isQuiet(row))
  while (left.length > 0 && !signal.aborted && (await isSender())) {
    const plan = guard.plan(now())
    if ('waitUntil' in plan) {
      await Promise.all(left.map((row) => line.update({ ...row, next_attempt_at: plan.waitUntil })))
      return
    }
    const together = 'together' in plan ? left.splice(0) : left.splice(0, 1)
    const planned = toNotification(together, found)
    const notification = planned && { ...planned, ...(await line.describe?.(planned.incident, sink)) }
    if (!notification || !(await sendOne(together, notification, line))) return
    if ('together' in plan) guard.digested(now())
    else guard.sent(now())
  }
}

/** Builds one message for several rows, with the most severe incident first. */
const toNotification = (
  rows: readonly PlannedMessage[],
  found: ReadonlyMap<string, Incident>,
): Notification | undefined => {
  const pairs = rows.flatMap((row) => {
    const incident = found.get(row.incident_id)
    return incident ? { row, incident } : []
  })
  const [first, ...others] = pairs.sort((a, b) => severityRank(b.incident.severity) - severityRank(a.incident.severity))
  if (!first) return undefined
  const reason: NotifyReason =
    (['opened', 'severity_raised', 'reopened', 'resolved'] as const).find((one) => one === first.row.reason) ?? 'opened'
  return others.length === 0
    ? { incident: first.incident, reason, idempotencyKey: first.row.id }
    : {
        incident: first.incident,
        reason,
        idempotencyKey: `${first.row.id}+${others.length}`,
        others: others.map(({ incident }) => incident),
      }
}

/** Sends one message and records the result. Returns false if the receiver needs a pause. */
const sendOne = async (rows: readonly PlannedMessage[], notification: Notification, line: Line): Promise<boolean> => {
  const { sink, signal, now, random, log, notified, timeout = 10_000 } = line
  try {
    const send = (limit: AbortSignal) => unlessAborted(sink.send(notification, limit), limit)
    await limited(timeout, signal, send, () => noAnswer(timeout))
  } catch (error) {
    if (signal.aborted) return false
    let dead = true
    for (const row of rows) {
      const attempts = row.attempts + 1
      const outcome = afterFailure(error, attempts, now(), random)
      const ended = 'dead' in outcome
      dead &&= ended
      log.warn(
        { sink: row.sink, notification: row.id, attempts, ended, reason: outcome.error },
        'A notification failed.',
      )
      notified?.(row.sink, ended ? 'dead' : 'failed')
      await line.update({
        ...row,
        attempts,
        status: ended ? 'dead' : 'failed',
        next_attempt_at: ended ? null : outcome.retryAt,
        last_error: outcome.error,
      })
    }
    return dead
  }
  for (const row of rows) {
    notified?.(row.sink, 'sent')
    await line.update({
      ...row,
      attempts: row.attempts + 1,
      status: 'sent',
      next_attempt_at: null,
      last_error: null,
      sent_at: now(),
    })
  }
  return true
}

const noAnswer = (ms: number): AppError =>
  new AppError('SINK_REJECTED', `The receiver did not answer within ${ms / 1000} s.`, {
    hint: 'Check that the receiver can be reached from here.',
    retryable: true,
  })

/** Dead-letters a message for a receiver that is no longer configured. */
const deadLetter =
  ({ update, notified }: Context) =>
  async (row: PlannedMessage): Promise<void> => {
    notified?.(row.sink, 'dead')
    await update({ ...row, status: 'dead', last_error: `Receiver "${row.sink}" is no longer configured.` })
  }
