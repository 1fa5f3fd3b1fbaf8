import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { CarryOut } from '../operations/deps.ts'
import { sign } from '../pipeline/notify/webhook.ts'

const longestAnswer = 2_000

interface Webhooks {
  readonly webhooks: Config['remediation']['webhooks']
  readonly fetch: typeof fetch
  readonly now: () => number
  readonly signal: AbortSignal
}

/**
 * Asks a webhook to carry an action out, or to rehearse it. The body is signed like a notification (`X-Vedette-Signature`); redirects
 * are not followed. An answer other than 2xx, or none in time, is a failure, and is told without the address.
 */
export const createCarryOut = ({ webhooks, fetch, now, signal }: Webhooks): CarryOut => {
  return async ({ webhook: name, idempotencyKey, message }) => {
    const webhook = webhooks.find((one) => one.name === name)
    if (!webhook) {
      throw new AppError('CONFLICT', `There is no webhook "${name}".`, {
        hint: 'Add it to remediation.webhooks, or do it by hand and set the action to completed.',
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
    if (!response) return { ok: false, answer: `The webhook "${name}" did not answer.` }
    const text = await response.text().catch(() => '')
    return { ok: response.ok, answer: `${response.status} ${text}`.trim().slice(0, longestAnswer) }
  }
}
