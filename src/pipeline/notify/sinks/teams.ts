import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { type IncidentView, linkLabelOf, listsOf, messageHeading, toIncidentView } from '../incident-view.ts'
import { receiverUrl } from '../receiver-url.ts'
import type { Sink } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  url: receiverUrl
    .refine(
      (url) => !/(^|\.)webhook\.office\.com$|^outlook\.office(?:365)?\.com$/.test(new URL(url).hostname),
      'is a connector of Office 365, which Microsoft retires; create a webhook with the Workflows app instead',
    )
    .meta({
      description: 'The URL of a workflow "Post to a channel when a webhook request is received".',
      secret: true,
    }),
})

/** Posts an Adaptive Card by a webhook of the Workflows app. */
export const teamsSink: Component<typeof options, Sink> = {
  name: 'teams',
  summary: 'Posts each incident to a channel of Microsoft Teams.',
  options,
  create: ({ url }, runtime) =>
    createJsonSink(runtime, (notification) => [
      {
        url,
        body: {
          type: 'message',
          attachments: [
            {
              contentType: 'application/vnd.microsoft.card.adaptive',
              contentUrl: null,
              content: toCard(toIncidentView(notification)),
            },
          ],
        },
      },
    ]),
}

const styles = { info: 'default', low: 'accent', medium: 'warning', high: 'attention', critical: 'attention' } as const

const toCard = (view: IncidentView) => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  msteams: { width: 'Full' },
  body: [
    {
      type: 'Container',
      style: view.reason === 'resolved' ? 'good' : styles[view.severity],
      bleed: true,
      items: [
        paragraph(run(messageHeading(view), { weight: 'Bolder', size: 'Medium' })),
        paragraph(run(view.rating, { isSubtle: true })),
      ],
    },
    paragraph(run(view.cause)),
    ...view.facts.map(({ label, value }) => paragraph(run(`${label}: `, { weight: 'Bolder' }), run(value))),
    ...view.evidence.map((line) => paragraph(run(line, { fontType: 'Monospace', size: 'Small' }))),
    ...listsOf(view).flatMap(({ title, items }) => [
      paragraph(run(title, { weight: 'Bolder' })),
      ...items.map((item) => paragraph(run(`• ${item}`))),
    ]),
  ],
  ...(view.link !== undefined && {
    actions: [{ type: 'Action.OpenUrl', title: linkLabelOf(view), url: view.link }],
  }),
})

/** A rich text block shows its runs as they are. A TextBlock would interpret Markdown in log lines. */
const paragraph = (...inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines })
const run = (text: string, style: object = {}) => ({ type: 'TextRun', text, ...style })
