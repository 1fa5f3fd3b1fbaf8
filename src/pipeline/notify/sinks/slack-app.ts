import { z } from 'zod'
import type { Runtime } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { isOpenIncident } from '../../../schema/incident/incident.ts'
import { messageHeading, toIncidentView } from '../incident-view.ts'
import { toPlainLine } from '../plain.ts'
import type { Notification, Sink, SinkButtons } from '../sink.ts'
import { post } from './post.ts'
import { readSlackPress, slackButtons } from './slack-buttons.ts'

interface SlackAppOptions {
  readonly token: string
  readonly channel: string
  /** The URL of the Web API. */
  readonly api: string
  /** Builds the attachments of a message, and escapes a text. */
  readonly attach: (notification: Notification) => { readonly attachments: readonly object[] }
  readonly disarm: (text: string) => string
  /** The secret with which Slack signs presses of buttons; without it, messages have none. */
  readonly signingSecret?: string | undefined
  /** The accounts of Slack's users, by the ID of the user. */
  readonly users: Readonly<Record<string, string>>
}

const answerShape = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
})

/** Errors of Slack itself, after which another attempt may succeed. */
const temporary = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'request_timeout',
  'rate_limited',
  'service_unavailable',
])
/** Errors after which the message of the incident cannot be changed any more, so that a new one is posted. */
const lost = new Set(['cant_update_message', 'edit_window_closed', 'message_not_found'])

/**
 * Posts one message per incident as a Slack app, updates it in place, and writes what changed into its thread. The channel and the
 * timestamp that Slack returns identify the message.
 */
export const createSlackApp = (options: SlackAppOptions, { fetch, now }: Runtime): Sink => {
  const { token, channel, api, disarm, signingSecret, users } = options
  const toContent = (notification: Notification) => {
    const { incident, others = [], isTest, digest } = notification
    const { attachments } = options.attach(notification)
    const hasButtons =
      signingSecret !== undefined && isOpenIncident(incident) && others.length === 0 && !isTest && !digest
    const buttons = hasButtons ? [slackButtons(incident)] : []
    return {
      // Shown in push notifications, and above the attachment.
      text: disarm(messageHeading(toIncidentView(notification))),
      attachments: [...attachments, ...buttons],
    }
  }
  const call = async (method: string, body: object, signal: AbortSignal): Promise<z.output<typeof answerShape>> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
    const url = `${api.replace(/\/+$/, '')}/${method}`
    const answer = await post({ fetch, url, headers, body: JSON.stringify(body), signal })
    return answerShape
      .catch({ ok: false, error: 'no answer of the Web API' })
      .parse(await answer.json().catch(() => null))
  }

  const begin = async (notification: Notification, signal: AbortSignal): Promise<void> => {
    const answer = await call('chat.postMessage', { channel, ...toContent(notification) }, signal)
    if (!answer.ok) throw rejection(answer.error)
    if (answer.channel && answer.ts) notification.keep?.(`${answer.channel}:${answer.ts}`)
  }

  const answer = async (url: string, body: object, signal: AbortSignal): Promise<void> => {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const given = await post({ fetch, url, headers, body: JSON.stringify(body), signal })
    await given.body?.cancel()
  }

  return {
    ...(signingSecret !== undefined && {
      buttons: {
        read: (request) => readSlackPress(request, { secret: signingSecret, users, now }),
        show: ({ answerTo }, notification, signal) =>
          answer(answerTo, { replace_original: true, ...toContent(notification) }, signal),
        say: ({ answerTo }, text, signal) =>
          answer(answerTo, { response_type: 'ephemeral', replace_original: false, text: disarm(text) }, signal),
      } satisfies SinkButtons,
    }),
    closes: true,
    async send(notification, signal) {
      const { receipt, reason, others = [] } = notification
      const [known, ts] = receipt?.split(':') ?? []
      if (!known || !ts || others.length > 0) return begin(notification, signal)
      const content = toContent(notification)
      const updated = await call('chat.update', { channel: known, ts, ...content }, signal)
      if (!updated.ok && lost.has(updated.error ?? '')) return begin(notification, signal)
      if (!updated.ok) throw rejection(updated.error)
      // A retry of the first message has nothing to add.
      if (reason === 'opened') return
      const reply = { channel: known, thread_ts: ts, text: disarm(toReply(notification)) }
      const replied = await call('chat.postMessage', reply, signal)
      if (!replied.ok) throw rejection(replied.error)
    },
    preview: (notification) => JSON.stringify({ channel, ...toContent(notification) }, null, 2),
  }
}

const toReply = (notification: Notification): string => {
  const { change, changes } = toIncidentView(notification)
  return [change, ...changes.map((line) => `• ${line}`)].join('\n')
}

const rejection = (error = 'unknown error'): AppError =>
  new AppError('SINK_REJECTED', `Slack did not accept the message: ${toPlainLine(error).slice(0, 100)}.`, {
    hint: 'Check the token, its scope chat:write, and that the app was invited to the channel.',
    retryable: temporary.has(error),
  })
