import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { indentAll } from '../plain.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { post } from './post.ts'

const options = z.strictObject({
  url: receiverUrl.describe("The URL of Splunk's HTTP event collector: `https://splunk:8088/services/collector`."),
  token: headerSecret.meta({ description: 'The token of the collector.', secret: true }),
  sourcetype: z.string().min(1).max(200).default('anomaly_detection').describe('The source type of the events.'),
  index: z.string().min(1).max(200).optional().describe("The index. Defaults to the token's."),
})

/** Sends to Splunk's HTTP event collector, with all incidents of a notification in one request. */
export const splunkSink: Component<typeof options, Sink> = {
  name: 'splunk',
  summary: "Sends each incident to Splunk's HTTP event collector.",
  options,
  create({ url, token, sourcetype, index }, { fetch }) {
    const toEvents = (notification: Notification) =>
      splitNotification(notification).map((one) => ({
        time: Date.parse(one.incident.updated_at) / 1000,
        source: 'vedette',
        sourcetype,
        ...(index !== undefined && { index }),
        event: { ...toFlatAlert(one), id: one.idempotencyKey },
      }))
    return {
      async send(notification, signal) {
        const headers = { 'content-type': 'application/json', authorization: `Splunk ${token}` }
        const body = toEvents(notification)
          .map((event) => JSON.stringify(event))
          .join('\n')
        const answer = await post({ fetch, url, headers, body, signal })
        await answer.body?.cancel()
      },
      preview: (notification) => indentAll(toEvents(notification)),
    }
  },
}
