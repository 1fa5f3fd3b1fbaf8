import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../component.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { sinkRegistry } from './registry.ts'
import { someIncident, someNotification } from './sink.conformance.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const googleKey = JSON.stringify({
  type: 'service_account',
  client_email: 'vedette@project.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://oauth2.example/token',
})
const url = 'https://receiver.example.com'
const secret = 'a-secret-value'

/** Harm that hostile texts could do, by the markup of the receiver. */
const html = /<script|<img/i
const chat = /@everyone|(?<!\\)\[click\]\(/
const tracker = /<img|@everyone|(?<!\\)\[click\]\(|(?<![\w\u200b])#12/

/** Options of every type, and the harm that a hostile text could do to its readers. Further channels belong here. */
const channels: Readonly<Record<string, readonly [options: object, harm?: RegExp]>> = {
  alertmanager: [{ url, token: secret }],
  chronicle: [{ customer_id: 'c', service_account_key: googleKey }],
  discord: [{ url: `${url}/${secret}` }, chat],
  elasticsearch: [{ url, api_key: secret }],
  email: [{ host: 'mail.example.com', from: 'vedette@example.com', to: ['kim@example.com'], security: 'none' }],
  github: [{ repository: 'a/b', token: secret }, tracker],
  gitlab: [{ project: 'a/b', token: secret }, tracker],
  jira: [{ url, project: 'SEC', email: 'kim@example.com', token: secret }],
  kafka: [{ brokers: ['kafka.example.com:9092'] }],
  mattermost: [{ url: `${url}/${secret}` }, chat],
  ntfy: [{ topic: 'alerts', token: secret }],
  opsgenie: [{ api_key: secret }],
  otlp: [{ url, headers: { 'x-key': secret } }],
  pagerduty: [{ routing_key: 'R0123456789abcdefghijklmnopqrstu' }],
  s3: [{ bucket: 'archive', access_key_id: 'id', secret_access_key: secret }],
  slack: [{ url: `${url}/${secret}` }, /<!channel>|<https?:/],
  splunk: [{ url, token: secret }],
  syslog: [{ host: 'logs.example.com' }],
  teams: [{ url: `${url}/${secret}` }],
  telegram: [{ token: `123:${secret}`, chat: 1 }, html],
  thehive: [{ url, api_key: secret }, tracker],
  webhook: [{ url: `${url}/${secret}`, token: secret }],
}
const runtime = { now: () => 1_733_813_700_500, fetch, log: silentLog, signal: new AbortController().signal }

const facts: Partial<Incident> = {
  types: ['brute_force'],
  entities: [
    { type: 'host', value: 'web-01' },
    { type: 'user', value: 'root' },
    { type: 'ip', value: '203.0.113.9' },
  ],
  address_roles: {
    attacker: [{ ip: '203.0.113.9', events: 286, internal: false }],
    source: [{ ip: '203.0.113.9', events: 286, internal: false }],
    destination: [{ ip: '192.0.2.10', events: 286, internal: true }],
  },
}
const context = { publicUrl: 'https://vedette.example.com', actions: ['Block 203.0.113.9 at the firewall'] }
const hostile =
  'a\u0000\u001b[31m\r\nX-Injected: 1\u2028\u202e <script>alert(1)</script><img src=x> @everyone <!channel> <https://evil.example|x> [click](https://evil.example) #12 "q" \\'

it('covers every channel', () => {
  expect(Object.keys(channels)).toEqual(sinkRegistry.names)
})

describe.each(Object.entries(channels))('%s', (type, [options, harm]) => {
  const sink = sinkRegistry.create(type, options, runtime)

  it('shows a message as it would be sent, as recorded', async () => {
    const preview = sink.preview(someNotification({ ...context, incident: someIncident(facts) }))
    expect(preview).not.toContain(secret)
    const host = /^(<\d+>1 \S+) \S+/
    await expect(`${preview.replace(host, '$1 HOST')}\n`).toMatchFileSnapshot(`fixtures/previews/${type}.txt`)
  })

  it('shows the right address in the right role', () => {
    const shown = sink.preview(someNotification({ ...context, incident: someIncident(facts) }))
    expect(shown).toContain('203.0.113.9')
    // Addresses in a message are the attacker's or labelled; the victim is never the first one.
    const [first] = shown.match(/\b(?:203\.0\.113\.9|192\.0\.2\.10)\b/) ?? []
    expect(first).toBe('203.0.113.9')
  })

  it('disarms hostile texts in every field', () => {
    const incident = someIncident({
      ...facts,
      title: hostile,
      reason: hostile,
      entities: [
        { type: 'host', value: hostile },
        { type: 'user', value: hostile },
      ],
      evidence: [{ event_id: '1', time: '2024-12-10T06:00:00.000Z', line: hostile }],
      timeline: [{ time: '2024-12-10T09:00:00.000Z', kind: 'change', text: hostile }],
      verdict_reasons: [hostile],
      assignee: hostile,
    })
    const notification = someNotification({
      ...context,
      incident,
      actions: [hostile],
      previous: { planned: 0, time: 0, severity: 'low' },
      others: [{ ...incident, id: 'i2' }],
    })
    const preview = sink.preview(notification)
    expect(preview).not.toMatch(/[^\P{Cc}\n]|\u2028|\u202e|\\u00[01]|\\r|\\u202[8e]/u)
    expect(preview).not.toMatch(/(?:^|\\n|\n)\s*X-Injected/)
    // Code blocks and titles of issues have no markup.
    const prose = preview.replace(/```.*?```/gs, '').replace(/^ *"(?:title|fallback)": "(?:INC-|New incident).*$/gm, '')
    if (harm) expect(prose).not.toMatch(harm)
  })
})
