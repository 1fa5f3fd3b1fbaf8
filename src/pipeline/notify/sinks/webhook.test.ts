import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../component.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, openReceiver, someIncident, someNotification } from '../sink.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const runtime = { now: () => 1_733_813_700_500, fetch, log, signal }
const create = (options: object) => sinkRegistry.create('webhook', options, runtime)

describeSink('webhook', (url) => create({ url }))

describe('the webhook', () => {
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  beforeEach(async () => {
    receiver = await openReceiver()
  })
  afterEach(() => receiver.close())

  it('posts a message with an id and a valid signature', async () => {
    const secret = 'a secret of some length'
    await create({ url: receiver.url, secret }).send(someNotification(), signal)
    const [message] = receiver.received
    expect(message?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'i1/oncall/opened/1',
    })
    const signed = createHmac('sha256', secret).update(`1733813700.${message?.body}`).digest('hex')
    expect(message?.headers['x-vedette-signature']).toBe(`t=1733813700,v1=${signed}`)
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      type: 'vedette.incident.opened',
      subject: 'INC-1',
      data: { reason: 'opened', severity: 'high', status: 'open', evidence: [{ event_id: '0-1' }] },
    })
  })

  it('sends its token', async () => {
    await create({ url: receiver.url, token: 'hush' }).send(someNotification(), signal)
    expect(receiver.received[0]?.headers.authorization).toBe('Bearer hush')
  })

  it('sends flat objects to receivers of the log detection service', async () => {
    const incident = someIncident({ types: ['brute_force'], entities: [{ type: 'user', value: 'root' }] })
    await create({ url: receiver.url, shape: 'flat' }).send(someNotification({ incident }), signal)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      title: 'Security Alert: brute_force',
      severity: 'high',
      user: 'root',
      source_ip: null,
      message: '286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
      anomaly_score: 0.62,
      timestamp: '2024-12-10T07:00:00.000Z',
    })
  })

  it('lists several incidents in one message', async () => {
    const others = [someIncident({ id: 'i2', display_id: 'INC-2' })]
    await create({ url: receiver.url }).send(someNotification({ others }), signal)
    expect(JSON.parse(receiver.received[0]?.body ?? '').data.others).toMatchObject([{ display_id: 'INC-2' }])
    expect(receiver.received[0]?.headers['x-vedette-signature']).toBeUndefined()
  })

  it.each([
    ['another protocol', { url: 'file:///etc/passwd' }],
    ['a password in the address', { url: 'https://me:secret@example.com/' }],
    ['a secret that is too short', { url: 'https://example.com/', secret: 'short' }],
    ['a token that no header can carry', { url: 'https://example.com/', token: 'a\r\nb' }],
    ['an unknown option', { url: 'https://example.com/', retries: 3 }],
  ])('rejects %s', (_name, options) => {
    expect(() => create(options)).toThrow(/not valid/)
  })
})
