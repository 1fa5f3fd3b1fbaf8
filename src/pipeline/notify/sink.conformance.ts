import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Notification, Sink } from './sink.ts'

/** Creates an incident for tests. */
export const someIncident = (facts: Partial<Incident> = {}): Incident => ({
  id: 'i1',
  display_id: 'INC-1',
  status: 'open',
  severity: 'high',
  risk_score: 62,
  title: 'SSH brute force on web-01: 286 failed logins from 203.0.113.9',
  reason: '286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
  entities: [{ type: 'ip', value: '203.0.113.9' }],
  techniques: ['T1110.001'],
  evidence: [{ event_id: '0-1', time: '2024-12-10T06:00:00.000Z', line: 'Failed password for root' }],
  members: [{ alert_id: 'a1', reason: 'first alert of this incident', added_at: '2024-12-10T07:00:00.000Z' }],
  timeline: [{ time: '2024-12-10T06:00:00.000Z', kind: 'alert', text: '286 failed logins', alert_id: 'a1' }],
  alert_count: 1,
  event_count: 286,
  first_seen: '2024-12-10T06:00:00.000Z',
  last_seen: '2024-12-10T06:59:00.000Z',
  created_at: '2024-12-10T07:00:00.000Z',
  updated_at: '2024-12-10T07:00:00.000Z',
  assignee: null,
  resolution: null,
  merged_into: null,
  version: 1,
  ...facts,
})

export const someNotification = (facts: Partial<Notification> = {}): Notification => ({
  incident: someIncident(),
  reason: 'opened',
  idempotencyKey: 'i1/oncall/opened/1',
  ...facts,
})

/** A received message. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Opens a receiver on loopback with a configurable answer. */
export const openReceiver = async () => {
  const received: Received[] = []
  const answer = { status: 200, headers: {}, body: 'ok', silent: false }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      if (!answer.silent) response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/hook/a-password?key=another-one`,
    received,
    answer,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const hostile = 'a "quoted"\u0000\u001b[31m \r\nX-Injected: 1 </title><script>alert(1)</script> \u202e reversed'

interface SinkFacts {
  /** Whether its messages have several lines. Texts of an incident must be one line anyway. */
  readonly multiline?: boolean
  /** Whether the receiver answers with JSON. */
  readonly json?: boolean
}

/** Tests the promises of HTTP sinks against a receiver on loopback. */
export const describeSink = (
  name: string,
  make: (url: string) => Sink,
  { multiline = false, json = false }: SinkFacts = {},
): void => {
  describe(`the sink ${name}`, () => {
    let receiver: Awaited<ReturnType<typeof openReceiver>>
    beforeEach(async () => {
      receiver = await openReceiver()
      if (json) receiver.answer.body = '{}'
    })
    afterEach(() => receiver.close())
    const { signal } = new AbortController()
    const send = (notification = someNotification()) => make(receiver.url).send(notification, signal)
    const failure = (): Promise<unknown> =>
      send().then(
        () => undefined,
        (error: unknown) => error,
      )

    it('resolves after delivery, with the incident in the body', async () => {
      await send()
      expect(receiver.received).toHaveLength(1)
      expect(receiver.received[0]?.body).toContain('286 failed logins from 203.0.113.9')
    })

    it.each([
      [500, true],
      [503, true],
      [429, true],
      [400, false],
      [401, false],
      [404, false],
      [302, false],
    ])('reports whether a retry can help after %i', async (status, retryable) => {
      receiver.answer.status = status
      receiver.answer.headers = { location: '/elsewhere', 'retry-after': '17' }
      const error = await failure()
      expect(error).toBeInstanceOf(AppError)
      expect(error).toMatchObject({ retryable, retryAfter: 17 })
      expect(receiver.received).toHaveLength(1)
    })

    it('retries an unreachable receiver, without leaking its URL', async () => {
      await receiver.close()
      const error = await failure()
      expect(error).toMatchObject({ code: 'SINK_REJECTED', retryable: true })
      expect(error instanceof AppError && `${error.message} ${error.hint} ${error.stack}`).not.toMatch(
        /password|another/,
      )
    })

    it('stops when aborted', async () => {
      receiver.answer.silent = true
      const stop = new AbortController()
      const sending = make(receiver.url).send(someNotification(), stop.signal)
      setTimeout(() => stop.abort(), 20)
      await expect(sending).rejects.toThrow()
    })

    it('sanitizes a hostile title', async () => {
      await send(someNotification({ incident: someIncident({ title: hostile, reason: hostile }) }))
      const [message] = receiver.received
      expect(message?.headers['x-injected']).toBeUndefined()
      // Escaped control characters count too, because readers decode them.
      expect(message?.body).not.toMatch(/\\u00|\\r|\u202e|\p{Cc}/u)
      expect(message?.body).not.toMatch(multiline ? /\\n\s*X-Injected/ : /\\n/)
    })
  })
}
