import { isObject } from '../../lib/json/json-value.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
import { formatOf, splitAlerts } from './alerts/alert-formats.ts'

/** Describes the fields of parsed alerts: those of the first alert, and the keys that all have in common. */
export const describeAlerts = (
  body: unknown,
  read: (text: string, format: string) => Event,
): { readonly ok: boolean; readonly fields: Readonly<Record<string, unknown>> } => {
  const texts = splitAlerts(body)
  const events = texts.map((text) => read(text, formatOf(text) ?? 'generic'))
  const [first] = events
  const over = events.filter(({ fields }) => fields.alert_status === 'resolved')
  const fields = first?.fields ?? {}
  return {
    ok: events.every(({ kind }) => kind !== 'pipeline_error'),
    fields: {
      ...(first && {
        '@timestamp': new Date(first.time).toISOString(),
        message: first.message,
        'event.kind': first.kind,
        'event.original': first.original,
      }),
      ...fields,
      alerts: texts.length,
      dedup_keys: keysOf(events),
      ...(over.length === events.length && over.length > 0 && { closes: keysOf(over)[0] }),
      ...(isObject(body) && body.truncatedAlerts !== undefined && { truncated: body.truncatedAlerts }),
      ...present(fields),
    },
  }
}

const keysOf = (events: readonly Event[]): readonly FieldValue[] =>
  events.flatMap(({ fields }) => fields.alert_key ?? fields.alert_id ?? [])

/** Returns the fields under the names of alert readers, beside ECS's. */
const present = (fields: Event['fields']): Readonly<Record<string, FieldValue>> =>
  Object.fromEntries(
    Object.entries({
      title: fields.alert_title,
      severity: fields.alert_severity,
      status: fields.alert_status,
      external_id: fields.alert_key ?? fields.alert_id,
      started_at: fields['event.start'],
      source_ip: fields['source.ip'],
      target_ip: fields['destination.ip'],
      user: fields['user.name'],
      host: fields['host.name'] ?? fields['host.ip'],
    }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
