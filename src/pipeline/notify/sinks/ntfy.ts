import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Severity } from '../../../schema/severity.ts'
import { linkLabelOf, messageHeading, toIncidentView } from '../incident-view.ts'
import { toPlainMessage } from '../plain-message.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import type { Sink } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  url: receiverUrl.default('https://ntfy.sh').describe('The URL of the ntfy server, without the topic.'),
  topic: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'use up to 64 letters, digits, dashes and underscores')
    .describe('The topic to publish to.'),
  token: headerSecret.optional().meta({ description: 'An access token, if the topic needs one.', secret: true }),
})

/** Longer messages become attachments. In bytes. */
const mostBytes = 4_096

/** Publishes to a topic of ntfy, which phones subscribe to. */
export const ntfySink: Component<typeof options, Sink> = {
  name: 'ntfy',
  summary: 'Publishes each incident to a topic of ntfy.',
  options,
  create: ({ url, topic, token }, runtime) =>
    createJsonSink(runtime, (notification) => {
      const view = toIncidentView(notification)
      const isOver = view.reason === 'resolved'
      return [
        {
          url,
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          body: {
            topic,
            title: messageHeading(view),
            message: cutToBytes(toPlainMessage(view), mostBytes),
            priority: isOver ? 2 : priorities[view.severity],
            tags: [isOver ? 'white_check_mark' : 'rotating_light', view.severity],
            ...(view.link !== undefined && {
              click: view.link,
              actions: [{ action: 'view', label: linkLabelOf(view), url: view.link }],
            }),
          },
        },
      ]
    }),
}

const priorities: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 }

/** Cuts a text to a number of bytes in UTF-8, at the end of a line. */
const cutToBytes = (text: string, most: number): string => {
  let cut = text
  while (Buffer.byteLength(cut) > most) cut = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')))
  return cut
}
