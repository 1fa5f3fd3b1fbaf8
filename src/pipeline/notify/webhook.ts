import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { toMessage } from './message.ts'
import type { Sink } from './sink.ts'

const options = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must not contain a password')
    .describe('Where to post.'),
  secret: z
    .string()
    .min(16, 'use at least 16 characters')
    .optional()
    .meta({ description: 'Signs each message: `X-Vedette-Signature`, HMAC-SHA256.', secret: true }),
})

/**
 * Posts JSON. A 2xx means that the receiver has it; 5xx, 408, 425 and 429 are worth another try, everything else is not. Redirects are
 * not followed: they would carry the message somewhere that nobody configured.
 */
export const webhookSink: Component<typeof options, Sink> = {
  name: 'webhook',
  summary: 'Posts each incident as JSON to a URL.',
  options,
  create({ url, secret }, { fetch, now }) {
    // The path and query of such an address are often its password.
    const { origin } = new URL(url)
    return {
      async send(notification, signal) {
        const body = JSON.stringify(toMessage(notification))
        const seconds = Math.floor(now() / 1000)
        const response = await fetch(url, {
          method: 'POST',
          redirect: 'manual',
          headers: {
            'content-type': 'application/json',
            'idempotency-key': notification.idempotencyKey,
            'user-agent': 'vedette',
            ...(secret !== undefined && { 'x-vedette-signature': sign(secret, seconds, body) }),
          },
          body,
          signal,
        }).catch((error: unknown) => {
          throw new AppError('SINK_REJECTED', `${origin} could not be reached: ${causeOf(error)}.`, {
            hint: 'Check the address, and that it can be reached from here.',
            retryable: true,
          })
        })
        await response.body?.cancel()
        if (!response.ok) throw rejection(origin, response)
      },
    }
  },
}

/** Signs the time and the body, so that neither can be changed nor an old message be sent again: `t=1733813700,v1=…`. */
export const sign = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`

const rejection = (origin: string, { status, headers }: Response): AppError => {
  const redirected = status >= 300 && status < 400
  const retryAfter = secondsOf(headers.get('retry-after'))
  return new AppError('SINK_REJECTED', `${origin} answered ${status}.`, {
    hint: redirected
      ? 'It points elsewhere; configure the address that it points to.'
      : `Check that ${origin} accepts POST requests from here.`,
    retryable: status >= 500 || status === 429 || status === 408 || status === 425,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** Names a network failure by its code, because messages may quote the address. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown error'
}
