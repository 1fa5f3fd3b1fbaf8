import type { Runtime } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { limited, unlessAborted } from '../../lib/deadline/deadline.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Severity } from '../../schema/severity.ts'
import { type ScoredEvent, toAnomalyNotification } from './anomaly-notification.ts'
import { toDigestNotification } from './digest/digest-notification.ts'
import type { DigestPage } from './digest/digest-page.ts'
import { noIncident } from './no-incident.ts'
import { toPlainLine } from './plain.ts'
import type { Notification, NotificationContext, Sink } from './sink.ts'

/** The outcome of a test message. */
export interface TrialOutcome {
  readonly delivered: boolean
  /** The answer of the receiver, such as `200 ok`; empty if it gave no answer or its protocol has none. */
  readonly answer: string
  /** Why the message was not delivered, and what to do. */
  readonly error?: string
  readonly hint?: string
}

/** A configured receiver, without secrets. */
export interface ListedReceiver {
  readonly name: string
  readonly type: string
  readonly min_severity: Severity
  /** The rest of its route, in words. */
  readonly route: readonly string[]
  readonly gets_digests: boolean
}

/** Tries configured receivers outside the delivery. */
export interface ReceiverTrials {
  list(): readonly ListedReceiver[]
  /** Sends a labelled test message. Throws NOT_FOUND for an unknown receiver. */
  test(name: string, test: { readonly id: string; readonly actor: string }): Promise<TrialOutcome>
  /** Sends a digest now. Throws NOT_FOUND for an unknown receiver, and CONFLICT for one that people do not read. */
  sendDigest(name: string, digest: DigestPage, id: string): Promise<TrialOutcome>
  /** Sends events that a client had analysed, 100 in a message. Throws NOT_FOUND for an unknown receiver. */
  sendAnomalies(name: string, events: readonly ScoredEvent[], id: string): Promise<TrialOutcome>
  /** Sends a message of a person or a program. Throws NOT_FOUND for an unknown receiver. */
  sendText(name: string, notice: Notice, id: string): Promise<TrialOutcome>
  /** Renders the message about an incident. Throws NOT_FOUND for an unknown receiver. */
  preview(name: string, incident: Incident): Promise<string>
}

/** A message that is about no incident. */
interface Notice {
  readonly title: string
  readonly text: string
  readonly severity: Severity
}

interface TrialOptions {
  /** Creates the sink of a receiver; undefined if there is none of this name. */
  readonly createSink: (name: string, runtime: Runtime) => Sink | undefined
  readonly receivers: readonly ListedReceiver[]
  readonly describe: (incident: Incident, sink: string) => Promise<NotificationContext>
  readonly runtime: Runtime
}

const timeout = 10_000
const longestAnswer = 500
const mostEvents = 100

/** Creates the trials. Each one has a sink of its own, so that it does not delay the delivery. */
export const createReceiverTrials = ({ createSink, receivers, describe, runtime }: TrialOptions): ReceiverTrials => {
  const names = receivers.map(({ name }) => name)
  const open = (name: string, own: Runtime): Sink => {
    const sink = createSink(name, own)
    if (sink) return sink
    throw new AppError('NOT_FOUND', `Receiver "${name}" not found.`, {
      hint: names.length === 0 ? 'Add a receiver under `notify:` in vedette.yaml.' : `Use one of: ${names.join(', ')}.`,
    })
  }
  /** Sends messages one after another with a sink of their own, and returns the answer to the first one. */
  const attempt = async (name: string, toMessages: (sink: Sink) => readonly Notification[]): Promise<TrialOutcome> => {
    const ended = new AbortController()
    const recorder = recordAnswers(runtime.fetch)
    const signal = AbortSignal.any([runtime.signal, ended.signal])
    try {
      const sink = open(name, { ...runtime, fetch: recorder.fetch, signal })
      const send = (notification: Notification) =>
        limited(
          timeout,
          signal,
          (limit) => unlessAborted(sink.send(notification, limit), limit),
          () => new AppError('SINK_REJECTED', `The receiver did not answer within ${timeout / 1000} s.`),
        )
      const [first, ...others] = toMessages(sink)
      let receipt: string | undefined
      const keep = (given: string): void => {
        receipt = given
      }
      if (first) await send({ ...first, keep })
      const answer = recorder.answer()
      for (const other of others) await send(receipt === undefined ? other : { ...other, receipt })
      return { delivered: true, answer }
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') throw error
      const hint = error instanceof AppError ? error.hint : undefined
      return { delivered: false, answer: recorder.answer(), error: messageOf(error), ...(hint && { hint }) }
    } finally {
      ended.abort()
    }
  }
  return {
    list: () => receivers,

    test: (name, { id, actor }) =>
      attempt(name, (sink) => {
        const opened = toTest({ id, actor, name, time: runtime.now() })
        // Do not leave a test incident open that somebody is paged for.
        return sink.closes ? [opened, toResolved(opened)] : [opened]
      }),

    async sendDigest(name, digest, id) {
      if (receivers.some((one) => one.name === name && !one.gets_digests)) {
        throw new AppError('CONFLICT', `Receiver "${name}" gets no digests.`, {
          hint: 'Use a receiver that people read, such as email or slack.',
        })
      }
      return attempt(name, () => [toDigestNotification(digest, `digest/${id}/${name}`, runtime.now())])
    },

    sendAnomalies: (name, events, id) =>
      attempt(name, () =>
        Array.from({ length: Math.ceil(events.length / mostEvents) }, (_, i) =>
          toAnomalyNotification(events.slice(i * mostEvents, (i + 1) * mostEvents), `${id}-${i}`, runtime.now()),
        ),
      ),

    sendText: (name, { title, text, severity }, id) =>
      attempt(name, (sink) => {
        const incident = { ...noIncident(runtime.now()), id, severity, title, reason: text }
        const opened: Notification = { incident, reason: 'opened', idempotencyKey: `notice/${id}` }
        return sink.closes ? [opened, toResolved(opened)] : [opened]
      }),

    async preview(name, incident) {
      const ended = new AbortController()
      try {
        const sink = open(name, { ...runtime, signal: AbortSignal.any([runtime.signal, ended.signal]) })
        return sink.preview({
          ...(await describe(incident, name)),
          incident,
          reason: 'opened',
          idempotencyKey: `${incident.id}/${name}/preview`,
        })
      } finally {
        ended.abort()
      }
    },
  }
}

/** Records the last answer only, because the one before may contain an access token. */
const recordAnswers = (fetch: Runtime['fetch']) => {
  let answer = ''
  const record: Runtime['fetch'] = async (input, init) => {
    answer = ''
    const response = await fetch(input, init)
    const text = await response.clone().text()
    answer = `${response.status} ${toPlainLine(text).trim().slice(0, longestAnswer)}`.trim()
    return response
  }
  return { fetch: record, answer: () => answer }
}

const toTest = (test: {
  readonly id: string
  readonly actor: string
  readonly name: string
  readonly time: number
}): Notification => {
  const incident: Incident = {
    ...noIncident(test.time),
    id: `test-${test.id}`,
    display_id: 'TEST',
    severity: 'low',
    title: 'Vedette can reach this receiver',
    reason: `${test.actor} sent this test message to the receiver "${test.name}". No action is needed.`,
  }
  return { incident, reason: 'opened', idempotencyKey: `${incident.id}/${test.name}/opened/1`, isTest: true }
}

const toResolved = (opened: Notification): Notification => ({
  ...opened,
  incident: { ...opened.incident, status: 'closed' },
  reason: 'resolved',
  idempotencyKey: opened.idempotencyKey.replace(/opened/, 'resolved'),
})
