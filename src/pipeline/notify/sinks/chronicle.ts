import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { indentAll } from '../plain.ts'
import { receiverUrl } from '../receiver-url.ts'
import { type Sink, splitNotification } from '../sink.ts'
import { createGoogleToken, serviceAccountKey } from './google-token.ts'
import { post } from './post.ts'
import { toUdmEvent } from './udm-event.ts'

const regions = {
  us: 'https://malachiteingestion-pa.googleapis.com',
  europe: 'https://europe-malachiteingestion-pa.googleapis.com',
  asia: 'https://asia-southeast1-malachiteingestion-pa.googleapis.com',
} as const

const options = z.strictObject({
  customer_id: z.string().min(1).max(100).describe('Your customer id in Google Security Operations.'),
  service_account_key: serviceAccountKey.meta({
    description: 'The JSON key of a service account; best given as `service_account_key_file`.',
    secret: true,
  }),
  region: z.enum(['us', 'europe', 'asia']).default('us').describe('The region of your instance.'),
  url: receiverUrl.optional().describe('The URL of the ingestion API, in place of that of the region.'),
  log_type: z.string().min(1).max(100).default('SECURITY_ANOMALY').describe('The log type of the entries.'),
  shape: z
    .enum(['entries', 'udm'])
    .default('entries')
    .describe('`entries`: unstructured log entries, which need a parser. `udm`: events, which need none.'),
  encoding: z
    .enum(['base64', 'plain'])
    .default('base64')
    .describe('How to encode the text of an entry; `plain` for parsers that expect JSON.'),
})

const scope = 'https://www.googleapis.com/auth/malachite-ingestion'
const mostAtOnce = 100

/** Sends to the ingestion API of Google Security Operations (Chronicle), up to 100 incidents per request. */
export const chronicleSink: Component<typeof options, Sink> = {
  name: 'chronicle',
  summary: 'Sends each incident to Google Security Operations (Chronicle), as an event of its Unified Data Model.',
  options,
  create({ customer_id, service_account_key, region, url, log_type, shape, encoding }, { fetch, now }) {
    const token = createGoogleToken(service_account_key, scope, { fetch, now })
    const toText = (event: object): string => {
      const text = JSON.stringify(event)
      return encoding === 'base64' ? Buffer.from(text).toString('base64') : text
    }
    const place = (): string => {
      const at = new URL(url ?? regions[region])
      const method = shape === 'udm' ? 'udmevents' : 'unstructuredlogentries'
      at.pathname = `${at.pathname.replace(/\/$/, '')}/v2/${method}:batchCreate`
      return at.href
    }
    return {
      async send(notification, signal) {
        const events = splitNotification(notification).map((one) => toUdmEvent(one, log_type))
        for (let start = 0; start < events.length; start += mostAtOnce) {
          const batch = events.slice(start, start + mostAtOnce)
          const body =
            shape === 'udm'
              ? { customer_id, events: batch }
              : { customer_id, log_type, entries: batch.map((event) => ({ log_text: toText(event) })) }
          const headers = {
            'content-type': 'application/json',
            authorization: `Bearer ${await token.get(signal)}`,
          }
          const answer = await post({ fetch, url: place(), headers, body: JSON.stringify(body), signal }).catch(
            (error: unknown) => {
              // The token may have been revoked, so get a new one for the next attempt.
              token.forget()
              throw error
            },
          )
          await answer.body?.cancel()
        }
      },
      preview: (notification) => indentAll(splitNotification(notification).map((one) => toUdmEvent(one, log_type))),
    }
  },
}
