import { AppError } from '../../errors.ts'
import { sign } from '../../pipeline/notify/sinks/webhook.ts'
import type { CarryOut } from '../deps.ts'

const longestAnswer = 2_000

interface Webhook {
  readonly name: string
  readonly url: string
  readonly secret: string
  /** In ms. */
  readonly timeout: number
}

interface CarryOutOptions {
  readonly webhooks: readonly Webhook[]
  readonly fetch: typeof fetch
  readonly now: () => number
  readonly signal: AbortSignal
}

/**
 * Calls the webhook that carries out an action or does a dry run. Signs the body like a notification
 * (`X-Vedette-Signature`) and follows no redirects. A non-2xx answer or a timeout is a failure; its text never contains
 * the URL.
 */
export const createCarryOut =
  ({ webhooks, fetch, now, signal }: CarryOutOptions): CarryOut =>
  async ({ webhook: name, idempotencyKey, message }) => {
    const webhook = webhooks.find((one) => one.name === name)
    if (!webhook) {
      throw new AppError('CONFLICT', `Webhook "${name}" is not configured.`, {
        hint: 'Add it to remediation.webhooks, or do the action by hand and set it to completed.',
      })
    }
    const body = JSON.stringify(message)
    const response = await fetch(webhook.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        'user-agent': 'vedette',
        'x-vedette-signature': sign(webhook.secret, Math.floor(now() / 1000), body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(webhook.timeout)]),
    }).catch(() => undefined)
    if (!response) return { ok: false, answer: `Webhook "${name}" did not answer.` }
    const text = await response.text().catch(() => '')
    return { ok: response.ok, answer: `${response.status} ${text}`.trim().slice(0, longestAnswer) }
  }
