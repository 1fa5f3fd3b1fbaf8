import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../test/any-character.ts'
import { runs } from '../../../../test/depth.ts'
import type { Log } from '../../../component.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, openReceiver, someIncident, someNotification } from '../sink.conformance.ts'
import { webhookSink } from './webhook.ts'

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
      event_type: 'brute_force',
      threat_type: 'brute_force',
      dest_ip: null,
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
    ['a body and a shape', { url: 'https://example.com/', body: '{}', shape: 'flat' }],
    ['a body without a place', { url: 'https://example.com/', body: '{}', method: 'GET' }],
    ['a media type without a template', { url: 'https://example.com/', content_type: 'text/plain' }],
    ['a header that is set already', { url: 'https://example.com/', headers: { Host: 'evil.example' } }],
    ['a template as the host', { url: 'https://{{title}}.example.com/' }],
  ])('rejects %s', (_name, options) => {
    expect(() => create(options)).toThrow(/not valid/)
  })
})

describe('the template of a webhook', () => {
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  beforeEach(async () => {
    receiver = await openReceiver()
  })
  afterEach(() => receiver.close())
  const send = async (options: object, facts: Parameters<typeof someIncident>[0] = {}) => {
    const sink = create({ url: receiver.url, ...options })
    await sink.send(
      someNotification({ incident: someIncident(facts), publicUrl: 'https://vedette.example.com' }),
      signal,
    )
    const [message] = receiver.received
    if (!message) throw new Error('nothing was received')
    return message
  }

  it('makes JSON of any texts', async () => {
    const body =
      '{"summary": "{{ heading }}", "level": {% if severity == "critical" %}1{% else %}2{% endif %}, "risk": {{ risk }}, "lines": {{ evidence }}, "first": {{ evidence | first | json }}}'
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCharacter }), async (text) => {
        receiver.received.length = 0
        const evidence = [{ event_id: '1', time: '2024-12-10T06:00:00.000Z', line: `${text} {{ 7 | times: 6 }}` }]
        const message = JSON.parse((await send({ body }, { title: text, evidence })).body)
        expect(message).toMatchObject({ level: 2, risk: 62, lines: [message.first] })
        expect(message.first).toContain('{{ 7 | times: 6 }}')
      }),
      { numRuns: runs(60) },
    )
  })

  it('makes a form', async () => {
    const { body, headers } = await send(
      { body: 'title={{ title }}&link={{ link }}', content_type: 'application/x-www-form-urlencoded' },
      { title: 'a&admin=1 =+% 漢' },
    )
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      title: 'a&admin=1 =+% 漢',
      link: 'https://vedette.example.com/incidents/INC-1',
    })
  })

  it('makes text, HTML and XML', async () => {
    const title = `<b onclick='x'>"&"</b>`
    expect((await send({ body: '{{ title }}\n{{ text }}', content_type: 'text/plain' }, { title })).body).toMatch(
      /^<b onclick='x'>"&"<\/b>\nhigh · risk 62/,
    )
    for (const content_type of ['text/html', 'application/soap+xml']) {
      receiver.received.length = 0
      const { body } = await send({ body: '<p>{{ title }}</p>', content_type }, { title })
      expect(body).toBe('<p>&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;</p>')
    }
  })

  it('puts fields into headers and the URL, and nothing beside them', async () => {
    const { path, headers } = await send(
      { url: `${receiver.url}&title={{ title }}`, method: 'GET', headers: { 'X-Title': '{{ title }}', 'X-Key': 'k' } },
      { title: 'one\r\nX-Injected: 1&evil=1#漢' },
    )
    expect(new URL(path, 'http://x').searchParams.get('title')).toBe('one X-Injected: 1&evil=1#漢')
    expect(headers).toMatchObject({ 'x-title': 'one X-Injected: 1&evil=1#?', 'x-key': 'k' })
    expect(headers['x-injected']).toBeUndefined()
  })

  it('signs the body that it sends', async () => {
    const secret = 'a secret of some length'
    const { body, headers } = await send({ secret, body: '{"t": "{{ title }}"}', method: 'PUT' })
    const signed = createHmac('sha256', secret).update(`1733813700.${body}`).digest('hex')
    expect(headers['x-vedette-signature']).toBe(`t=1733813700,v1=${signed}`)
  })

  it('shows the request in a preview, without keys', () => {
    const sink = create({
      url: 'https://example.com/a-secret-path',
      body: '{"t": "{{ title }}"}',
      headers: { 'X-Key': 'hush', 'X-Severity': '{{ severity }}' },
    })
    expect(sink.preview(someNotification({ incident: someIncident({ title: 'Scan' }) }))).toBe(
      'POST https://example.com/…\ncontent-type: application/json\nX-Key: ***\nX-Severity: high\n\n{\n  "t": "Scan"\n}',
    )
  })

  it.each([
    ['{"a": "{{ titel }}"}', 'there is no field "titel". Did you mean "title"?'],
    ['{"a": "{{ title }"}', 'not closed'],
    ['{"a": "{{ title | shout }}"}', 'undefined filter: shout'],
    ['{"a": {{ title }}}', 'does not make JSON near'],
    ['{"a": "{{ evidence }}"}', 'does not make JSON near'],
    ['{"a": "{% include "/etc/passwd" %}"}', 'ENOENT'],
    ['{"a": "{{ title.constructor.constructor }}{{ link.__proto__ }}", }', 'does not make JSON near'],
  ])('rejects the body %s', (body, reason) => {
    const parsed = webhookSink.options.safeParse({ url: 'https://example.com/', body })
    expect(parsed.error?.issues).toMatchObject([{ path: ['body'], message: expect.stringContaining(reason) }])
  })

  it('runs no code and stops endless loops', () => {
    const rejected = (body: string) =>
      webhookSink.options.safeParse({ url: 'https://example.com/', content_type: 'text/plain', body }).error
    expect(rejected('{{ title.constructor }}|{{ others.constructor.prototype }}')).toBeUndefined()
    expect(
      rejected('{% for i in (1..100000000) %}{% for j in (1..100000000) %}x{% endfor %}{% endfor %}'),
    ).toBeDefined()
  })
})
