import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type IncidentView, listsOf, messageHeading, toIncidentView } from '../incident-view.ts'
import { escapeCode, escapeMarkdown } from '../markup.ts'
import { receiverUrl } from '../receiver-url.ts'
import { resolvedColour, severityColours } from '../severity-colours.ts'
import type { Sink } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  url: receiverUrl.meta({ description: 'The URL of an incoming webhook.', secret: true }),
  channel: z.string().min(1).max(64).optional().describe("The channel, in place of the webhook's."),
  username: z.string().min(1).max(64).optional().describe('The name that posts, if the server allows to override it.'),
})

/** Posts an attachment in the colour of its severity. */
export const mattermostSink: Component<typeof options, Sink> = {
  name: 'mattermost',
  summary: 'Posts each incident to a Mattermost channel.',
  options,
  create: ({ url, channel, username }, runtime) =>
    createJsonSink(runtime, (notification) => [
      {
        url,
        body: {
          ...(channel !== undefined && { channel }),
          ...(username !== undefined && { username }),
          attachments: [toAttachment(toIncidentView(notification))],
        },
      },
    ]),
}

const toAttachment = (view: IncidentView) => {
  const { reason, severity, rating, cause, facts, evidence, link } = view
  // The fallback is shown in push notifications, without Markdown.
  const fallback = escapeCode(messageHeading(view))
  const heading = escapeMarkdown(messageHeading(view))
  return {
    fallback,
    color: reason === 'resolved' ? resolvedColour : severityColours[severity],
    title: heading,
    ...(link !== undefined && { title_link: link }),
    text: [
      escapeMarkdown(cause),
      ...(evidence.length === 0 ? [] : ['```', ...evidence.map(escapeCode), '```']),
      ...listsOf(view).flatMap(({ title, items }) => [
        '',
        `**${title}**`,
        ...items.map((item) => `- ${escapeMarkdown(item)}`),
      ]),
    ].join('\n'),
    fields: facts.map(({ label, value }) => ({ title: label, value: escapeMarkdown(value), short: true })),
    footer: rating,
  }
}
