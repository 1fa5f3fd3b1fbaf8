import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import type { Log } from '../../component.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { toIncidentView } from './incident-view.ts'
import { escapeCode, escapeHtml, escapeMarkdown, escapeWithin } from './markup.ts'
import { toPlainText } from './plain-message.ts'
import { sinkRegistry } from './registry.ts'
import { describeSink, someIncident, someNotification } from './sink.conformance.ts'
import type { Notification } from './sink.ts'
import { openVendor, vendors } from './vendor.fake.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const runtime = { now: () => 1_733_813_700_500, fetch, log, signal }
const create = (type: string, options: object) => sinkRegistry.create(type, options, runtime)

const routing_key = 'R0123456789abcdefghijklmnopqrstu'
describeSink('alertmanager', (url) => create('alertmanager', { url }), { multiline: true })
describeSink('discord', (url) => create('discord', { url }), { multiline: true })
describeSink('mattermost', (url) => create('mattermost', { url }), { multiline: true })
describeSink('ntfy', (url) => create('ntfy', { url, topic: 'alerts' }), { multiline: true })
describeSink('opsgenie', (url) => create('opsgenie', { url, api_key: 'a-key' }), { multiline: true })
describeSink('pagerduty', (url) => create('pagerduty', { url, routing_key }))
describeSink('teams', (url) => create('teams', { url }))
describeSink('telegram', (url) => create('telegram', { url, token: '1:a', chat: 7 }), { multiline: true })

/** A brute force from one address that grew since the first message. */
const facts: Partial<Incident> = {
  types: ['brute_force'],
  severity: 'critical',
  verdict_reasons: ['a login of the attacker succeeded', '2 detectors agree', 'no threat list has it'],
  entities: [
    { type: 'host', value: 'web-01' },
    { type: 'user', value: 'root' },
    { type: 'user', value: 'admin' },
    { type: 'ip', value: '203.0.113.9' },
  ],
  address_roles: {
    attacker: [{ ip: '203.0.113.9', events: 286, internal: false }],
    source: [{ ip: '203.0.113.9', events: 286, internal: false }],
    destination: [{ ip: '192.0.2.10', events: 286, internal: true }],
  },
  evidence: [
    {
      event_id: '0-1',
      time: '2024-12-10T06:00:00.000Z',
      line: 'Dec 10 06:00:00 web-01 sshd[312]: Failed password for root from 203.0.113.9 port 4711 ssh2',
    },
    {
      event_id: '0-9',
      time: '2024-12-10T06:59:00.000Z',
      line: 'Dec 10 06:59:00 web-01 sshd[312]: Accepted password for root from 203.0.113.9 port 4799 ssh2',
    },
  ],
  members: [
    { alert_id: 'a1', reason: 'first alert of this incident', added_at: '2024-12-10T06:10:00.000Z' },
    { alert_id: 'a2', reason: 'same address', added_at: '2024-12-10T07:00:00.000Z' },
  ],
}
const context = {
  publicUrl: 'https://vedette.example.com/',
  verdict: 'likely_malicious' as const,
  actions: ['Block 203.0.113.9 at the firewall', 'Reset the password of root', 'Check the sessions of root on web-01'],
}
const opened = someNotification({ ...context, incident: someIncident({ ...facts, severity: 'high' }) })
const raised = someNotification({
  ...context,
  incident: someIncident(facts),
  reason: 'severity_raised',
  previous: { planned: 0, time: Date.parse('2024-12-10T06:30:00.000Z'), severity: 'high' },
})
const resolved = someNotification({
  ...context,
  incident: someIncident({
    ...facts,
    status: 'resolved',
    resolution: 'true_positive',
    timeline: [{ time: '2024-12-10T08:00:00.000Z', kind: 'change', text: 'Ana resolved it as true positive' }],
  }),
  reason: 'resolved',
  previous: { planned: 0, time: Date.parse('2024-12-10T07:30:00.000Z'), severity: 'critical' },
})
const digest = someNotification({
  ...context,
  incident: someIncident(facts),
  others: [someIncident({ id: 'i2', display_id: 'INC-2', title: 'Another one', severity: 'medium' })],
})

const messages = { opened, raised, resolved, digest }

it('shows an incident as plain text', async () => {
  const texts = Object.values(messages).map((one) => toPlainText(toIncidentView(one)))
  await expect(texts.join('\n-----\n\n')).toMatchFileSnapshot('fixtures/channels/plain.txt')
})

/** Texts that mean something in one of the markups. */
const hostile = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        ...['<', '>', '&', '"', '`', '```', '\\', '*', '_', '[x](https://evil.example)', '@everyone', '@channel'],
        ...[
          '<!channel>',
          '<b>',
          '</pre>',
          '&amp;',
          '\n',
          '\r\n',
          '\u202e',
          '\u0000',
          '|',
          '~~',
          '# ',
          '漢',
          '😀',
          'word',
        ],
      ),
      { maxLength: 200 },
    )
    .map((parts) => parts.join('')),
)
const hostileNotification: fc.Arbitrary<Notification> = fc
  .record({
    text: hostile,
    severity: fc.constantFrom('info', 'low', 'medium', 'high', 'critical'),
    reason: fc.constantFrom('opened', 'severity_raised', 'reopened', 'resolved'),
    others: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ text, severity, reason, others }) => {
    const filled = text.padEnd(1, 'x')
    const incident = someIncident({
      ...facts,
      severity,
      title: filled,
      reason: filled,
      verdict_reasons: [filled, filled],
      status: reason === 'resolved' ? 'closed' : 'open',
      entities: [
        { type: 'host', value: filled },
        { type: 'user', value: filled },
      ],
      evidence: Array.from({ length: 5 }, () => ({ event_id: '1', time: '2024-12-10T06:00:00.000Z', line: filled })),
      timeline: Array.from({ length: 9 }, () => ({ time: '2024-12-10T09:00:00.000Z', kind: 'change', text: filled })),
    })
    return someNotification({
      incident,
      reason,
      publicUrl: 'https://vedette.example.com',
      actions: [filled, filled, filled, filled],
      previous: { planned: 0, time: 0, severity: 'low' },
      others: Array.from({ length: others }, (_, i) => ({ ...incident, id: `i${i + 2}` })),
    })
  })

describe.each(Object.entries(vendors))('the API of %s', (name, vendor) => {
  let server: Awaited<ReturnType<typeof openVendor>>
  beforeEach(async () => {
    server = await openVendor(vendor)
  })
  afterEach(() => server.close())
  const make = () => create(name, vendor.options(server.origin))

  it('accepts each message, as recorded', async () => {
    const sink = make()
    for (const message of Object.values(messages)) await sink.send(message, signal)
    expect(server.refusals).toEqual([])
    await expect(`${JSON.stringify(server.calls, null, 2)}\n`).toMatchFileSnapshot(`fixtures/channels/${name}.json`)
  })

  it('accepts any text', async () => {
    await fc.assert(
      fc.asyncProperty(hostileNotification, async (message) => {
        const one = message.others
          ? { ...message, others: message.others.map((other) => ({ ...other, id: 'i1' })) }
          : message
        await make().send(one, signal)
      }),
      { numRuns: 40 },
    )
    expect(server.refusals).toEqual([])
  })

  it('says how long to wait when there are too many messages', async () => {
    server.state.isLimited = true
    await expect(make().send(opened, signal)).rejects.toMatchObject({ retryable: true, retryAfter: 17 })
  })

  it('previews what it sends, without secrets', () => {
    const preview = make().preview(opened)
    expect(preview).toContain('286 failed logins')
    expect(preview).not.toMatch(/secret|signature|a-key|a-token|tk_1|123:abc|R0123456789/)
  })
})

it('refusals quote the reason of the receiver, but no secret', async () => {
  const { telegram } = vendors
  if (!telegram) throw new Error('there is one')
  const server = await openVendor(telegram)
  try {
    const sink = create('telegram', { url: server.origin, token: '9:wrong-token', chat: 1 })
    const error = await sink.send(opened, signal).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ message: `${server.origin} returned status 404.`, retryable: false })
  } finally {
    await server.close()
  }
})

it.each([
  ['teams', { url: 'https://contoso.webhook.office.com/webhookb2/1' }],
  ['pagerduty', { routing_key: 'short' }],
  ['telegram', { token: 'no token', chat: 1 }],
  ['ntfy', { topic: 'a topic' }],
  ['alertmanager', { url: 'http://localhost:9093', username: 'me' }],
])('%s rejects %j', (type, options) => {
  expect(() => create(type, options)).toThrow(/not valid/)
})

describe('markup', () => {
  it('HTML escapes leave no tag and no attribute', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"]|&(?!(?:amp|lt|gt|quot);)/)
      }),
    )
  })

  it('Markdown escapes leave no markup and no mention', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const bare = escapeMarkdown(text).replace(/\\[\\`*_{}[\]()#!|~>]/g, '')
        expect(bare).not.toMatch(/[\\`*_[\]#|~>]|@(?!\u200b)/)
        expect(escapeCode(text)).not.toMatch(/``|@(?!\u200b)/)
      }),
    )
  })

  it('cuts never split an escape or a character', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 300 }), (text, most) => {
        const cut = escapeWithin(escapeHtml, text, most)
        expect(cut.length).toBeLessThanOrEqual(most)
        expect(cut).not.toMatch(/&(?!(?:amp|lt|gt|quot);)/)
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true)
      }),
    )
  })
})
