import type { Log } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { limited, unlessAborted } from '../../lib/deadline/deadline.ts'
import { type Incident, isOpenIncident } from '../../schema/incident/incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { afterFailure, longestWait } from './attempt.ts'
import { digestId } from './digest/digest-schedule.ts'
import type { PlannedMessage } from './notify.ts'
import type { Notification, NotificationContext, NotifyReason, Sink } from './sink.ts'
import { openStormGuard, type StormGuard, type StormLimit } from './storm.ts'

interface Notifications {
  /**
   * Returns the messages that are due, oldest first. A failed one whose next attempt is further away than `longestWait` is due too: the clock
   * was set back meanwhile.
   */
  due(now: number, limit: number, longestWait: number): Promise<readonly PlannedMessage[]>
  update(row: PlannedMessage): Promise<void>
  /** Returns when messages were sent to a receiver since a moment, oldest first; combined messages count once. */
  sentTimes(sink: string, since: number): Promise<readonly number[]>
}

interface DeliverOptions {
  readonly sinks: ReadonlyMap<string, Pick<Sink, 'send'>>
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
  /** How to send to a receiver, by name. */
  readonly manners?: ReadonlyMap<string, DeliveryManner>
  /** Builds the message of a planned digest. */
  readonly digest?: (row: PlannedMessage) => Promise<Notification>
  /** Whether a receiver was ever notified of an incident. */
  readonly isKnown?: (incidentId: string, sink: string) => Promise<boolean>
}

/** How messages to a receiver are sent. */
interface DeliveryManner {
  /** Whether it is notified only of incidents that nobody acknowledged. */
  readonly escalates: boolean
  /** Whether messages that are due together are sent as one. */
  readonly isGrouped: boolean
  readonly limit?: StormLimit
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
  const guards = new Map<string, StormGuard>()
  const context: Context = { ...options, isSender, update: notifications.update }
  let waking: NodeJS.Timeout | undefined

  const guardOf = async (name: string): Promise<StormGuard> => {
    const readSent = (since: number) => notifications.sentTimes(name, since)
    const guard = guards.get(name) ?? (await openStormGuard(readSent, now(), options.manners?.get(name)?.limit))
    guards.set(name, guard)
    return guard
  }

  const start = (name: string, rows: readonly PlannedMessage[]) => {
    const sink = sinks.get(name)
    const work = sink
      ? guardOf(name).then((guard) => sendAll(rows, { ...context, sink, guard }))
      : Promise.all(rows.map(deadLetter(context)))
    const line = work
      .catch((error: unknown) =>
        log.error({ sink: name, reason: messageOf(error) }, 'Notifications could not be sent.'),
      )
      .then(() => void busy.delete(name))
    busy.set(name, line)
  }

  const look = async () => {
    if (signal.aborted) return
    if (!(await isSender())) {
      // Another process sends: what this one knows about the rate is out of date when it takes over.
      guards.clear()
      return
    }
    // Rows of busy receivers stay due. Widen the page so that they do not hide rows of others.
    for (let limit = page; limit <= widestPage; limit *= 2) {
      const rows = await notifications.due(now(), limit, longestWait)
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
  readonly sink: Pick<Sink, 'send'>
  readonly guard: StormGuard
}

/** Sends the rows of one receiver in order, until a failure suggests that the receiver is down. */
const sendAll = async (rows: readonly PlannedMessage[], line: Line): Promise<void> => {
  const { guard, incidents, now, signal, isSender } = line
  const sink = rows[0]?.sink ?? ''
  const waiting = [...rows]
  while (waiting.length > 0 && !signal.aborted && (await isSender())) {
    const plan = guard.plan(now())
    if ('waitUntil' in plan) {
      await Promise.all(waiting.map((row) => line.update({ ...row, next_attempt_at: plan.waitUntil })))
      return
    }
    const isGrouped = 'together' in plan || line.manners?.get(sink)?.isGrouped === true
    const next = isGrouped ? waiting.splice(0) : takeFirst(waiting)
    for (const row of next.filter(({ incident_id }) => incident_id === digestId)) {
      const message = await line.digest?.(row)
      if (message && !(await sendOne([row], message, line))) return
    }
    // Read the incidents only now: a suppression during a slow delivery stops the messages that are left.
    const found = new Map(
      (await incidents.load(next.map(({ incident_id }) => incident_id))).map((one) => [one.id, one]),
    )
    const left = await dropMoot(next, found, line)
    // One message says the same of all its incidents: either that they began, or that they are over.
    for (const isOver of [false, true]) {
      const together = left.filter(({ reason }) => (reason === 'resolved') === isOver)
      const planned = toNotification(together, found)
      if (!planned) continue
      const context = await line.describe?.(planned.incident, sink)
      if (!(await sendOne(together, { ...planned, ...context }, line))) return
      if ('together' in plan) guard.digested(now())
      else guard.sent(now())
    }
  }
}

/** Takes the first message, with those that attackers joined the same incident, because it shows them too. */
const takeFirst = (waiting: PlannedMessage[]): readonly PlannedMessage[] => {
  const [first, ...others] = waiting
  if (!first) return []
  const isShown = ({ incident_id, reason }: PlannedMessage) =>
    first.reason !== 'resolved' && incident_id === first.incident_id && reason === 'attacker_joined'
  waiting.splice(0, waiting.length, ...others.filter((row) => !isShown(row)))
  return [first, ...others.filter(isShown)]
}

/** Ends messages about incidents that were deleted, suppressed, acknowledged or are over, and returns the others. */
const dropMoot = async (
  rows: readonly PlannedMessage[],
  found: ReadonlyMap<string, Incident>,
  line: Line,
): Promise<readonly PlannedMessage[]> => {
  const left: PlannedMessage[] = []
  for (const row of rows) {
    if (row.incident_id === digestId) continue
    const incident = found.get(row.incident_id)
    if (!incident) await line.update({ ...row, status: 'dead', last_error: 'The incident was deleted.' })
    else if (await isMoot(row, incident, line))
      await line.update({ ...row, status: 'cancelled', next_attempt_at: null })
    else left.push(row)
  }
  return left
}

const isMoot = async (
  { reason, sink, incident_id }: PlannedMessage,
  incident: Incident,
  { manners, isKnown }: Line,
): Promise<boolean> => {
  const escalates = manners?.get(sink)?.escalates === true
  if (reason === 'resolved') return escalates && (await isKnown?.(incident_id, sink)) === false
  // A message that waited, such as for the next attempt, must not follow the one that the incident is over.
  if (incident.suppression_id || !isOpenIncident(incident)) return true
  return escalates && (incident.status !== 'open' || incident.assignee !== null)
}

/** Builds one message for several rows, with the most severe incident first. */
const toNotification = (
  rows: readonly PlannedMessage[],
  found: ReadonlyMap<string, Incident>,
): Notification | undefined => {
  const joined = rows.filter(({ reason }) => reason === 'attacker_joined')
  const rest = rows.filter(({ reason }) => reason !== 'attacker_joined')
  const newest = new Map([...joined, ...rest].map((row) => [row.incident_id, row]))
  const pairs = [...newest.values()].flatMap((row) => {
    const incident = found.get(row.incident_id)
    return incident ? { row, incident } : []
  })
  const [first, ...others] = pairs.sort((a, b) => severityRank(b.incident.severity) - severityRank(a.incident.severity))
  if (!first) return undefined
  const reason: NotifyReason =
    (['opened', 'severity_raised', 'attacker_joined', 'reopened', 'resolved'] as const).find(
      (one) => one === first.row.reason,
    ) ?? 'opened'
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
  // A message with several incidents is not about any one of them.
  let receipt: string | undefined
  const keep = (given: string): void => {
    if (rows.length === 1) receipt = given
  }
  try {
    const send = (limit: AbortSignal) => unlessAborted(sink.send({ ...notification, keep }, limit), limit)
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
        ...(receipt !== undefined && { receipt }),
      })
    }
    return dead
  }
  // Rows of one message have one time, so that they count as one message.
  const sentAt = now()
  for (const row of rows) {
    notified?.(row.sink, 'sent')
    await line.update({
      ...row,
      attempts: row.attempts + 1,
      status: 'sent',
      next_attempt_at: null,
      last_error: null,
      sent_at: sentAt,
      ...(receipt !== undefined && { receipt }),
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
