import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../../component.ts'
import { sinkRegistry } from '../registry.ts'
import { describeSink, openReceiver, someIncident, someNotification } from '../sink.conformance.ts'

const { signal } = new AbortController()
const runtime = { now: () => 1_733_813_700_500, fetch, log: silentLog, signal }
const create = (options: object) => sinkRegistry.create('otlp', options, runtime)

describeSink('otlp', (url) => create({ url: new URL(url).origin }), { json: true })

const uint64 = z.string().regex(/^\d{1,20}$/)
const text = z.strictObject({ stringValue: z.string() })
const value = z.union([
  text,
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ arrayValue: z.strictObject({ values: z.array(text) }) }),
])
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }))
/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto */
const exported = z.strictObject({
  resourceLogs: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeLogs: z.tuple([
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          logRecords: z.array(
            z.strictObject({
              timeUnixNano: uint64,
              observedTimeUnixNano: uint64,
              severityNumber: z.int().min(1).max(24),
              severityText: z.string(),
              eventName: z.string(),
              body: text,
              attributes,
            }),
          ),
        }),
      ]),
    }),
  ]),
})

describe('an OpenTelemetry collector', () => {
  it('gets a log record per incident', async () => {
    const receiver = await openReceiver()
    receiver.answer.body = '{"partialSuccess":{}}'
    try {
      const incident = someIncident({
        entities: [{ type: 'host', value: 'web-01' }],
        address_roles: { source: [{ ip: '203.0.113.9', events: 286, internal: false }] },
      })
      const others = [someIncident({ id: 'i2', display_id: 'INC-2', severity: 'critical' })]
      const sink = create({ url: `${new URL(receiver.url).origin}/`, headers: { 'X-Key': 'hush' } })
      await sink.send(someNotification({ incident, others }), signal)
      const [request] = receiver.received
      expect(request).toMatchObject({
        path: '/v1/logs',
        headers: { 'content-type': 'application/json', 'x-key': 'hush' },
      })
      const [{ resource, scopeLogs }] = exported.parse(JSON.parse(request?.body ?? '')).resourceLogs
      expect(resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'vedette' } }])
      const [{ logRecords }] = scopeLogs
      expect(logRecords).toMatchObject([
        {
          timeUnixNano: '1733814000000000000',
          observedTimeUnixNano: '1733813700500000000',
          severityNumber: 17,
          eventName: 'vedette.incident.opened',
          body: { stringValue: expect.stringContaining('INC-1') },
          attributes: expect.arrayContaining([
            { key: 'host.name', value: { stringValue: 'web-01' } },
            { key: 'source.address', value: { stringValue: '203.0.113.9' } },
            { key: 'vedette.incident.risk', value: { intValue: '62' } },
            { key: 'vedette.notification.id', value: { stringValue: 'i1/oncall/opened/1' } },
          ]),
        },
        { severityNumber: 21, body: { stringValue: expect.stringContaining('INC-2') } },
      ])
    } finally {
      await receiver.close()
    }
  })

  it('may drop a record, which no retry changes', async () => {
    const receiver = await openReceiver()
    receiver.answer.body = '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}'
    try {
      const sent = create({ url: new URL(receiver.url).origin }).send(someNotification(), signal)
      await expect(sent).rejects.toMatchObject({ retryable: false, message: expect.stringContaining('too old') })
    } finally {
      await receiver.close()
    }
  })
})
