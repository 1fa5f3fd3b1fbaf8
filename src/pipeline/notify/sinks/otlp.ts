import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toPlainLine } from '../plain.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { type TemplateFields, toTemplateFields } from '../template-fields.ts'
import { createJsonApi } from './json-api.ts'

const options = z.strictObject({
  url: receiverUrl.describe(
    'The endpoint of a collector for OTLP over HTTP: `http://collector:4318`. `/v1/logs` is added.',
  ),
  headers: z
    .record(z.string().regex(/^[\w-]+$/, 'is not the name of a header'), headerSecret)
    .default({})
    .meta({ description: 'More headers, such as the key of the backend.', secret: true }),
  service_name: z.string().min(1).max(200).default('vedette').describe('The resource attribute `service.name`.'),
})

/** Severity numbers of the OpenTelemetry log data model: INFO, INFO2, WARN, ERROR and FATAL. */
const severityNumbers: Readonly<Record<Severity, number>> = { info: 9, low: 10, medium: 13, high: 17, critical: 21 }

/** A collector that drops records says so with status 200. */
const answer = z.looseObject({
  partialSuccess: z
    .looseObject({
      rejectedLogRecords: z.union([z.string(), z.number()]).optional(),
      errorMessage: z.string().optional(),
    })
    .nullish(),
})

/** Exports incidents as log records, so that they reach every backend of an OpenTelemetry collector. */
export const otlpSink: Component<typeof options, Sink> = {
  name: 'otlp',
  summary: 'Exports each incident as an OpenTelemetry log record.',
  options,
  create({ url, headers, service_name }, { fetch, now }) {
    const call = createJsonApi({ fetch, url, headers })
    const toRequest = (notification: Notification) => ({
      resourceLogs: [
        {
          resource: { attributes: attributesOf({ 'service.name': service_name }) },
          scopeLogs: [
            {
              scope: { name: 'vedette' },
              logRecords: splitNotification(notification).map((one) => toRecord(one, now())),
            },
          ],
        },
      ],
    })
    return {
      async send(notification, signal) {
        const body = toRequest(notification)
        const given = await call({ method: 'POST', path: '/v1/logs', body, answer }, signal)
        const { rejectedLogRecords = 0, errorMessage = '' } = given?.partialSuccess ?? {}
        if (Number(rejectedLogRecords) > 0) throw rejection(url, errorMessage)
      },
      preview: (notification) => JSON.stringify(toRequest(notification), null, 2),
    }
  },
}

const rejection = (url: string, reason: string): AppError =>
  new AppError('SINK_REJECTED', `${new URL(url).origin} rejected records: ${toPlainLine(reason).slice(0, 200)}.`, {
    hint: 'Look into the log of the collector.',
  })

const toRecord = (notification: Notification, now: number) => {
  const { incident, reason } = notification
  const fields = toTemplateFields(notification)
  return {
    timeUnixNano: nanoseconds(Date.parse(incident.updated_at)),
    observedTimeUnixNano: nanoseconds(now),
    severityNumber: severityNumbers[incident.severity],
    severityText: incident.severity.toUpperCase(),
    eventName: `vedette.incident.${reason}`,
    body: { stringValue: fields.heading },
    attributes: attributesOf(namedAttributes(fields)),
  }
}

/** Names of the semantic conventions where they have one. */
const namedAttributes = (fields: TemplateFields): Readonly<Record<string, Attribute>> => ({
  'vedette.incident.id': fields.incident_id,
  'vedette.incident.display_id': fields.display_id,
  'vedette.incident.status': fields.status,
  'vedette.incident.type': fields.type,
  'vedette.incident.risk': fields.risk,
  'vedette.incident.verdict': fields.verdict,
  'vedette.incident.cause': fields.cause,
  'vedette.incident.techniques': fields.techniques,
  'vedette.incident.evidence': fields.evidence,
  'vedette.incident.event_count': fields.event_count,
  'vedette.incident.url': fields.link,
  'vedette.notification.id': fields.idempotency_key,
  'host.name': fields.host,
  'user.name': fields.user,
  'source.address': fields.source_ip,
  'destination.address': fields.destination_ip,
  'vedette.attacker.address': fields.attacker_ip,
})

type Attribute = string | number | readonly string[]

const attributesOf = (values: Readonly<Record<string, Attribute>>) =>
  Object.entries(values).flatMap(([key, value]) =>
    value === '' || (typeof value === 'object' && value.length === 0) ? [] : [{ key, value: toAnyValue(value) }],
  )

const toAnyValue = (value: Attribute) => {
  if (typeof value === 'string') return { stringValue: value }
  // 64-bit integers are strings in the JSON of Protocol Buffers.
  if (typeof value === 'number') return { intValue: String(value) }
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
}

const nanoseconds = (ms: number): string => `${BigInt(Math.trunc(ms)) * 1_000_000n}`
