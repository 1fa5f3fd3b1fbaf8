import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Log } from '../../../component.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, openReceiver, someIncident, someNotification } from '../sink.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = {
  type: 'service_account',
  client_email: 'vedette@project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://oauth2.example/token',
}

/** Google's token endpoint, which grants only valid requests. */
const openGoogle = () => {
  let time = Date.parse('2026-01-15T10:00:00Z')
  const asked: string[] = []
  const answer = { status: 200 }
  const google: typeof globalThis.fetch = async (url, init) => {
    if (String(url) !== key.token_uri) return fetch(url, init)
    const form = new URLSearchParams(String(init?.body))
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', publicKey, {
      currentDate: new Date(time),
      issuer: key.client_email,
      audience: key.token_uri,
      maxTokenAge: '1h',
    })
    const isRight =
      init?.method === 'POST' &&
      new Headers(init.headers).get('content-type') === 'application/x-www-form-urlencoded' &&
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
      protectedHeader.kid === 'k1' &&
      payload.scope === 'https://www.googleapis.com/auth/malachite-ingestion'
    asked.push(isRight ? 'right' : 'wrong')
    const body = { access_token: `ya29.${asked.length}`, expires_in: 3_599, token_type: 'Bearer' }
    return Response.json(isRight ? body : { error: 'invalid_grant' }, { status: isRight ? answer.status : 400 })
  }
  const runtime = { now: () => time, fetch: google, log, signal }
  return {
    asked,
    answer,
    pass: (ms: number) => {
      time += ms
    },
    create: (url: string, options: object = {}) =>
      sinkRegistry.create(
        'chronicle',
        { customer_id: 'c-1', service_account_key: JSON.stringify(key), url: new URL(url).origin, ...options },
        runtime,
      ),
  }
}

describeSink('chronicle', (url) => openGoogle().create(url, { encoding: 'plain' }))

const entriesBody = z.strictObject({
  customer_id: z.literal('c-1'),
  log_type: z.literal('SECURITY_ANOMALY'),
  entries: z.array(z.strictObject({ log_text: z.string() })).max(100),
})

describe('Google Security Operations', () => {
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  beforeEach(async () => {
    receiver = await openReceiver()
  })
  afterEach(() => receiver.close())
  const notification = someIncident({
    types: ['data_exfiltration'],
    entities: [
      { type: 'user', value: 'root' },
      { type: 'ip', value: '203.0.113.9' },
      { type: 'ip', value: '198.51.100.7' },
    ],
    address_roles: {
      source: [{ ip: '203.0.113.9', events: 2, internal: false }],
      destination: [{ ip: '198.51.100.7', events: 2, internal: false }],
    },
  })

  it('receives entries that contain an event in base64', async () => {
    await openGoogle()
      .create(receiver.url)
      .send(someNotification({ incident: notification }), signal)
    const [got] = receiver.received
    expect(got?.path).toBe('/v2/unstructuredlogentries:batchCreate')
    expect(got?.headers).toMatchObject({ authorization: 'Bearer ya29.1', 'content-type': 'application/json' })
    const { entries } = entriesBody.parse(JSON.parse(got?.body ?? ''))
    expect(entries.map(({ log_text }) => JSON.parse(Buffer.from(log_text, 'base64').toString()))).toEqual([
      {
        metadata: {
          event_timestamp: '2024-12-10T07:00:00.000Z',
          event_type: 'NETWORK_CONNECTION',
          vendor_name: 'Log Anomaly Detection',
          product_name: 'Vedette',
          product_event_type: 'data_exfiltration',
          product_log_id: 'i1/oncall/opened/1',
          log_type: 'SECURITY_ANOMALY',
          description: '286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
        },
        principal: { user: { userid: 'root' }, ip: ['203.0.113.9'] },
        target: { ip: ['198.51.100.7'] },
        security_result: [
          {
            severity: 'HIGH',
            category_details: ['data_exfiltration'],
            summary: 'SSH brute force on web-01: 286 failed logins from 203.0.113.9',
            description: '286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
            confidence: 'MEDIUM_CONFIDENCE',
            detection_fields: [
              { key: 'anomaly_score', value: '0.62' },
              { key: 'event_type', value: 'data_exfiltration' },
              { key: 'action', value: 'opened' },
              { key: 'incident', value: 'INC-1' },
              { key: 'technique', value: 'T1110.001' },
            ],
          },
        ],
        additional: { anomaly_score: '0.62', threat_type: 'data_exfiltration', incident_id: 'i1' },
      },
    ])
  })

  it.each([
    ['brute_force', [{ type: 'user', value: 'root' }], 'USER_LOGIN'],
    ['brute_force', [{ type: 'ip', value: '203.0.113.9' }], 'GENERIC_EVENT'],
    ['unauthorized_access', [{ type: 'user', value: 'root' }], 'USER_UNCATEGORIZED'],
    ['ddos', [{ type: 'ip', value: '203.0.113.9' }], 'GENERIC_EVENT'],
    ['other', [], 'GENERIC_EVENT'],
  ] as const)('calls %s of %j %s: what the model asks for is there', async (type, entities, expected) => {
    const incident = someIncident({ types: [type], entities: [...entities] })
    await openGoogle().create(receiver.url, { shape: 'udm' }).send(someNotification({ incident }), signal)
    expect(receiver.received[0]?.path).toBe('/v2/udmevents:batchCreate')
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      customer_id: 'c-1',
      events: [{ metadata: { event_type: expected } }],
    })
  })

  it('receives a hundred incidents per request', async () => {
    const others = Array.from({ length: 149 }, (_, i) => someIncident({ id: `o${i}`, display_id: `INC-${i + 2}` }))
    await openGoogle().create(receiver.url).send(someNotification({ others }), signal)
    expect(receiver.received.map(({ body }) => entriesBody.parse(JSON.parse(body)).entries.length)).toEqual([100, 50])
  })

  it('receives a token that is renewed every hour, and after a rejection', async () => {
    const google = openGoogle()
    const sink = google.create(receiver.url)
    await sink.send(someNotification(), signal)
    google.pass(50 * 60_000)
    await sink.send(someNotification(), signal)
    google.pass(6 * 60_000)
    await sink.send(someNotification(), signal)
    expect(google.asked).toEqual(['right', 'right'])
    receiver.answer.status = 401
    await expect(sink.send(someNotification(), signal)).rejects.toMatchObject({ retryable: false })
    receiver.answer.status = 200
    await sink.send(someNotification(), signal)
    expect(google.asked.length).toBe(3)
    expect(receiver.received.at(-1)?.headers.authorization).toBe('Bearer ya29.3')
    google.answer.status = 503
    google.pass(3_600_000)
    await expect(sink.send(someNotification(), signal)).rejects.toMatchObject({ retryable: true })
  })

  it('needs the key of a service account', () => {
    for (const service_account_key of ['', '{}', 'no JSON']) {
      expect(() => openGoogle().create(receiver.url, { service_account_key })).toThrow(/service account|not valid/i)
    }
  })
})
