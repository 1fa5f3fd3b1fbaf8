import { ownCopy } from '../../lib/own-copy/own-copy.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
import { serviceOfRecord } from './draft.ts'

/** Names the stream of an event. */
export type StreamOf = (source: string, fields: Event['fields']) => string

/** The streams with names up to this length are cached, and so many of them. */
const longestName = 128
const mostStreams = 10_000

/** Returns a function that names an event's stream by source, host and service. Events of a stream share the string. */
export const createStreams = (): StreamOf => {
  const sources = new Map<string, Map<string, Map<string, string>>>()
  let size = 0
  return (source, fields) => {
    const host = textOr(fields['host.name'], '')
    const service = textOr(serviceOfRecord(fields), '')
    const known = sources.get(source)?.get(host)?.get(service)
    if (known !== undefined) return known
    const stream = [source, host, service].filter((part, index) => index === 0 || part !== '').join('/')
    if (host.length > longestName || service.length > longestName) return stream
    if (size >= mostStreams) {
      sources.clear()
      size = 0
    }
    size += 1
    const hosts = sources.get(source) ?? new Map<string, Map<string, string>>()
    sources.set(source, hosts)
    const services = hosts.get(host) ?? new Map<string, string>()
    hosts.set(ownCopy(host), services.set(ownCopy(service), stream))
    return stream
  }
}

const textOr = (value: FieldValue | undefined, other: string): string => (typeof value === 'string' ? value : other)
