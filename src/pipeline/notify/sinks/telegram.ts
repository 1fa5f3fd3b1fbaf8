import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type IncidentView, linkLabelOf, listsOf, messageHeading, toIncidentView } from '../incident-view.ts'
import { escapeHtml, joinWithin } from '../markup.ts'
import { receiverUrl } from '../receiver-url.ts'
import type { Sink } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  token: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'expected the token of a bot, such as 123456:ABC…')
    .meta({ description: 'The token of the bot, from @BotFather.', secret: true }),
  chat: z
    .union([z.int(), z.string().regex(/^(?:-?\d+|@\w+)$/, 'expected a chat id or @channel')])
    .describe('The id of the chat, or `@channel`. The bot must be a member.'),
  topic: z.int().min(1).optional().describe('The id of a topic in the chat.'),
  url: receiverUrl.default('https://api.telegram.org').describe('The URL of the Bot API.'),
})

/** Telegram accepts 4,096 characters of text without tags. Counting tags too is on the safe side. */
const mostText = 4_000

/** Sends a message of a bot. */
export const telegramSink: Component<typeof options, Sink> = {
  name: 'telegram',
  summary: 'Sends each incident to a Telegram chat.',
  options,
  create: ({ token, chat, topic, url }, runtime) =>
    createJsonSink(runtime, (notification) => {
      const view = toIncidentView(notification)
      return [
        {
          url: sendMessageUrl(url, token),
          body: {
            chat_id: chat,
            ...(topic !== undefined && { message_thread_id: topic }),
            text: joinWithin(toLines(view), mostText),
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
            // The Bot API rejects buttons to hosts without a dot, such as localhost.
            ...(view.link !== undefined &&
              new URL(view.link).hostname.includes('.') && {
                reply_markup: { inline_keyboard: [[{ text: linkLabelOf(view), url: view.link }]] },
              }),
          },
        },
      ]
    }),
}

const sendMessageUrl = (url: string, token: string): string => {
  const at = new URL(url)
  at.pathname = `${at.pathname.replace(/\/$/, '')}/bot${token}/sendMessage`
  return at.href
}

/** The lines of the message in Telegram's HTML, each with balanced tags, most important first. */
const toLines = (view: IncidentView): readonly string[] => [
  `<b>${escapeHtml(messageHeading(view))}</b>`,
  `<i>${escapeHtml(view.rating)}</i>`,
  '',
  escapeHtml(view.cause),
  '',
  ...view.facts.map(({ label, value }) => `${label}: <b>${escapeHtml(value)}</b>`),
  ...view.evidence.map((line) => `<pre>${escapeHtml(line)}</pre>`),
  ...listsOf(view).flatMap(({ title, items }) => [
    '',
    `<b>${title}</b>`,
    ...items.map((item) => `• ${escapeHtml(item)}`),
  ]),
]
