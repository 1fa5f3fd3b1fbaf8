import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { toMessage } from '../message.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import type { Notification, Sink } from '../sink.ts'
import { post } from './post.ts'

const options = z.strictObject({
  url: receiverUrl.describe('The URL to post to.'),
  token: headerSecret
    .optional()
    .meta({ description: 'A token for the header `Authorization: Bearer …`.', secret: true }),
  secret: z
    .string()
    .min(16, 'use at least 16 characters')
    .optional()
    .meta({ description: 'Signs each message with HMAC-SHA256 in `X-Vedette-Signature`.', secret: true }),
  shape: z
    .enum(['cloudevents', 'flat'])
    .default('cloudevents')
    .describe(
      '`flat` sends title, severity, user, source_ip, message, anomaly_score and timestamp as one flat object.',
    ),
})

/** Posts incidents as JSON. */
export const webhookSink: Component<typeof options, Sink> = {
  name: 'webhook',
  summary: 'Posts each incident as JSON to a URL.',
  options,
  create({ url, token, secret, shape }, { fetch, now }) {
    const toBody = (notification: Notification) =>
      shape === 'flat' && !notification.digest ? toFlatAlert(notification) : toMessage(notification)
    return {
      async send(notification, signal) {
        const body = JSON.stringify(toBody(notification))
        const seconds = Math.floor(now() / 1000)
        const headers = {
          'content-type': 'application/json',
          'idempotency-key': notification.idempotencyKey,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(secret !== undefined && { 'x-vedette-signature': sign(secret, seconds, body) }),
        }
        const answer = await post({ fetch, url, headers, body, signal })
        await answer.body?.cancel()
      },
      preview: (notification) => JSON.stringify(toBody(notification), null, 2),
    }
  },
}

/** Signs time and body, to prevent changes and replays: `t=1733813700,v1=…`. */
export const sign = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
