import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type IncidentView, listsOf, messageHeading, toIncidentView } from '../incident-view.ts'
import { escapeCode, escapeMarkdown, escapeWithin, joinWithin } from '../markup.ts'
import { receiverUrl } from '../receiver-url.ts'
import { resolvedColour, severityColours } from '../severity-colours.ts'
import type { Sink } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  url: receiverUrl.meta({ description: 'The URL of a webhook of the channel.', secret: true }),
  username: z.string().min(1).max(80).default('Vedette').describe('The name that posts the messages.'),
})

/** Posts one embed per message. Discord allows 6,000 characters in an embed; the limits below add up to fewer. */
export const discordSink: Component<typeof options, Sink> = {
  name: 'discord',
  summary: 'Posts each incident to a Discord channel.',
  options,
  create: ({ url, username }, runtime) =>
    createJsonSink(runtime, (notification) => [
      {
        url,
        body: {
          username,
          // Log lines may contain `@everyone`.
          allowed_mentions: { parse: [] },
          embeds: [toEmbed(toIncidentView(notification), notification.incident.updated_at)],
        },
      },
    ]),
}

const mostTitle = 256
const mostCause = 900
const mostFact = 180
const mostEvidence = 900
const mostList = 500

const toEmbed = (view: IncidentView, timestamp: string) => {
  const colour = view.reason === 'resolved' ? resolvedColour : severityColours[view.severity]
  const code = view.evidence.map((line) => escapeCode(line))
  return {
    title: escapeWithin(escapeMarkdown, messageHeading(view), mostTitle),
    ...(view.link !== undefined && { url: view.link }),
    description: escapeWithin(escapeMarkdown, view.cause, mostCause),
    color: Number.parseInt(colour.slice(1), 16),
    fields: [
      ...view.facts.map(({ label, value }) => ({
        name: label,
        value: escapeWithin(escapeMarkdown, value, mostFact),
        inline: true,
      })),
      ...(code.length > 0 ? [{ name: 'Evidence', value: `\`\`\`\n${joinWithin(code, mostEvidence)}\n\`\`\`` }] : []),
      ...listsOf(view).map(({ title, items }) => ({
        name: title,
        value: joinWithin(
          items.map((item) => `- ${escapeWithin(escapeMarkdown, item, mostList - 3)}`),
          mostList,
        ),
      })),
    ],
    footer: { text: view.rating },
    timestamp,
  }
}
