import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Incident } from '../../../schema/incident/incident.ts'
import { openNotifier } from '../notifier.fake.ts'
import { sinkRegistry } from '../registry.ts'
import { someIncident } from '../sink.conformance.ts'

const token = 'xoxb-1234567890-abcdefghij'
const channel = 'C0123456789'
const log = { debug() {}, info() {}, warn() {}, error() {} }

const plain = (most: number) => z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most) })
/** https://docs.slack.dev/reference/block-kit/blocks/actions-block */
const buttons = z.strictObject({
  fallback: z.string(),
  blocks: z.tuple([
    z.strictObject({
      type: z.literal('actions'),
      block_id: z.string().max(255),
      elements: z
        .array(
          z.discriminatedUnion('type', [
            z.strictObject({
              type: z.literal('button'),
              action_id: z.string().max(255),
              style: z.enum(['primary', 'danger']),
              text: plain(75),
            }),
            z.strictObject({
              type: z.literal('static_select'),
              action_id: z.string().max(255),
              placeholder: plain(150),
              options: z
                .array(z.strictObject({ text: plain(75), value: z.string().max(150) }))
                .min(1)
                .max(100),
            }),
          ]),
        )
        .min(1)
        .max(25),
    }),
  ]),
})
const facts = z.strictObject({
  color: z.string().regex(/^#[\da-f]{6}$/),
  fallback: z.string().min(1),
  title: z.string().min(1),
  title_link: z.url().optional(),
  text: z.string().max(3_000),
  fields: z.array(z.strictObject({ title: z.string(), value: z.string(), short: z.boolean() })),
  footer: z.string().max(300),
  ts: z.int(),
  mrkdwn_in: z.array(z.string()),
})
const content = {
  channel: z.string(),
  text: z.string().min(1).max(40_000),
  attachments: z.tuple([facts]).rest(buttons),
}
const posted = z.union([
  z.strictObject(content),
  z.strictObject({ channel: z.string(), thread_ts: z.string(), text: z.string().min(1) }),
])
const changed = z.strictObject({ ...content, ts: z.string() })

const buttonsOf = ([, ...more]: z.output<typeof changed>['attachments']) =>
  more.flatMap(({ blocks: [{ elements }] }) => elements.map(({ action_id }) => action_id))

/** A Web API of Slack as its documentation describes chat.postMessage and chat.update: always 200, with `ok` in the body. */
const openSlack = async () => {
  const messages = new Map<
    string,
    { text: string; color?: string; buttons: readonly string[]; readonly replies: string[] }
  >()
  const failures: string[] = []
  const calls: string[] = []
  const answer = (path: string, authorization: string | undefined, body: unknown): object => {
    if (authorization !== `Bearer ${token}`) return { ok: false, error: 'invalid_auth' }
    const failure = failures.shift()
    if (failure) return { ok: false, error: failure }
    if (path === '/api/chat.update') {
      const { ts, text, attachments } = changed.parse(body)
      const message = messages.get(ts)
      if (!message) return { ok: false, error: 'message_not_found' }
      message.text = text
      message.color = attachments[0].color
      message.buttons = buttonsOf(attachments)
      return { ok: true, channel, ts, text }
    }
    const message = posted.parse(body)
    if (message.channel !== channel) return { ok: false, error: 'channel_not_found' }
    if ('thread_ts' in message) {
      const parent = messages.get(message.thread_ts)
      if (!parent) return { ok: false, error: 'thread_not_found' }
      parent.replies.push(message.text)
      return { ok: true, channel, ts: '1' }
    }
    const ts = `17338137${String(messages.size).padStart(2, '0')}.000100`
    const { text, attachments } = message
    messages.set(ts, { text, color: attachments[0].color, buttons: buttonsOf(attachments), replies: [] })
    return { ok: true, channel, ts, message: {} }
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const isJson = request.headers['content-type'] === 'application/json; charset=utf-8'
      calls.push(request.url ?? '')
      if (request.method !== 'POST' || !isJson) return response.writeHead(405).end()
      const result = answer(request.url ?? '', request.headers.authorization, JSON.parse(body))
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { messages, failures, calls, api: `http://127.0.0.1:${port}/api`, close: () => server.close() }
}

describe('a Slack app', () => {
  let slack: Awaited<ReturnType<typeof openSlack>>
  beforeEach(async () => {
    slack = await openSlack()
  })
  afterEach(() => void slack.close())

  const open = (options: object = {}) => {
    const runtime = { now: Date.now, fetch, log, signal: new AbortController().signal }
    const sink = sinkRegistry.create('slack', { token, channel, api: slack.api, ...options }, runtime)
    const notifier = openNotifier({ oncall: sink })
    return {
      notifier,
      async send(facts: Partial<Incident> = {}): Promise<void> {
        await notifier.plan(someIncident(facts))
        await notifier.deliver()
      },
    }
  }
  const shown = () => [...slack.messages.values()]

  it('shows one message per incident, updates it, and writes the changes into its thread', async () => {
    const { send } = open()
    await send({ severity: 'medium' })
    await send({ severity: 'high' })
    await send({ severity: 'high', status: 'closed', resolution: 'true_positive' })
    await send({ severity: 'high' })
    const title = 'INC-1: SSH brute force on web-01: 286 failed logins from 203.0.113.9'
    expect(shown()).toEqual([
      {
        text: `Reopened ${title}`,
        color: '#ff0000',
        buttons: [],
        replies: [
          expect.stringMatching(/^Severity raised/),
          expect.stringMatching(/^Resolved/),
          expect.stringMatching(/^Reopened/),
        ],
      },
    ])
  })

  it('turns green when it is resolved', async () => {
    const { send } = open()
    await send()
    await send({ status: 'resolved' })
    expect(shown()).toMatchObject([{ text: expect.stringMatching(/^Resolved INC-1/), color: '#2e7d32' }])
  })

  it('has buttons while the incident is open, if Slack can sign them', async () => {
    const { send } = open({ signing_secret: 'ab'.repeat(16) })
    await send()
    expect(shown()).toMatchObject([{ buttons: ['acknowledge', 'close'] }])
    await send({ status: 'resolved' })
    expect(shown()).toMatchObject([{ buttons: [] }])
  })

  it('does not post again when only the thread failed', async () => {
    const { send, notifier } = open()
    await send({ severity: 'medium' })
    slack.failures.push('', 'internal_error')
    await send({ severity: 'high' })
    notifier.clock.now += 60_000
    await notifier.deliver()
    expect(shown()).toMatchObject([{ replies: [expect.stringMatching(/^Severity raised/)] }])
    expect(notifier.statuses()).toEqual(['sent', 'sent'])
  })

  it('posts a new message when somebody deleted the first one', async () => {
    const { send } = open()
    await send({ severity: 'medium' })
    slack.messages.clear()
    await send({ severity: 'high' })
    expect(shown()).toHaveLength(1)
  })

  it.each([
    ['retries a failure of Slack', 'internal_error', 'failed'],
    ['gives up when it may not post', 'not_in_channel', 'dead'],
  ])('%s', async (_what, error, status) => {
    const { send, notifier } = open()
    slack.failures.push(error)
    await send()
    expect(notifier.statuses()).toEqual([status])
    expect([...notifier.rows.values()][0]?.last_error).toContain(error)
    expect([...notifier.rows.values()][0]?.last_error).not.toContain(token)
  })

  it.each([
    [{ url: 'https://hooks.slack.com/x', token, channel }],
    [{ token }],
    [{ channel }],
    [{ token: 'secret', channel }],
    [{}],
  ])('rejects options that do not fit together', (options) => {
    const runtime = { now: Date.now, fetch, log, signal: new AbortController().signal }
    expect(() => sinkRegistry.create('slack', options, runtime)).toThrow(/options/)
  })
})
