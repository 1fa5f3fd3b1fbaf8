import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Server } from '../e2e/program.ts'

/** A request that was not accepted. `status` is undefined if there was no answer. */
interface Refusal {
  readonly status: number | undefined
  readonly retryAfter: string | null
  readonly ms: number
}

interface SteadySender {
  /** The texts of the accepted lines. */
  readonly accepted: readonly string[]
  readonly refused: readonly Refusal[]
  stop(): Promise<void>
}

/** Sends one line after another until `stop` is called; retries a rejected request with its key. */
export const sendSteadily = (server: Pick<Server, 'ask'>, name: string, host = 'web-01'): SteadySender => {
  let stopped = false
  const accepted: string[] = []
  const refused: Refusal[] = []
  const send = async (number: number): Promise<void> => {
    const text = `${name}-${number} arrived`
    const body = `${new Date().toISOString()} ${host} app[1]: INFO ${text}`
    for (let attempt = 0; attempt === 0 || !stopped; attempt++) {
      const began = performance.now()
      const answer = await server
        .ask('/api/v1/events', {
          method: 'POST',
          headers: { 'content-type': 'text/plain', 'idempotency-key': `${name}-${number}` },
          body,
        })
        .catch(() => undefined)
      await answer?.body?.cancel()
      if (answer?.status === 200) {
        accepted.push(text)
        // Without a pause, the senders would take most of the machine.
        await pause(50)
        return
      }
      const retryAfter = answer?.headers.get('retry-after') ?? null
      refused.push({ status: answer?.status, retryAfter, ms: performance.now() - began })
      await pause(200)
    }
  }
  const done = (async () => {
    for (let number = 0; !stopped; number++) await send(number)
  })()
  onTestFinished(() => {
    stopped = true
  })
  return {
    accepted,
    refused,
    async stop() {
      stopped = true
      await done
    },
  }
}

const page = z.object({ data: z.array(z.object({ message: z.string() })), next_cursor: z.string().nullish() })

/** Reads back the texts that a steady sender sent. */
export const stored = async (server: Pick<Server, 'ask'>, name: string): Promise<readonly string[]> => {
  const texts: string[] = []
  for (let cursor: string | undefined; ; ) {
    const query = new URLSearchParams({ q: `"${name}-"`, limit: '500', ...(cursor && { cursor }) })
    const answer = await server.ask(`/api/v1/events?${query}`)
    if (!answer.ok) throw new Error(`The search failed with status ${answer.status}: ${await answer.text()}`)
    const { data: found, next_cursor } = page.parse(await answer.json())
    texts.push(...found.flatMap(({ message }) => new RegExp(`${name}-\\d+ arrived`).exec(message) ?? []))
    if (!next_cursor) return texts
    cursor = next_cursor
  }
}
