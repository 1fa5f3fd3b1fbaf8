import { extractObservables, hostOf, toObservable } from '../lib/observables/observables.ts'
import type { Alert } from '../schema/alert.ts'
import type { Observable, ObservableType } from '../schema/indicator.ts'

/** What of an alert can be asked about. */
export interface AlertObservables {
  /** What the alert is about: each is asked, and remembered even when nobody knows it. */
  readonly named: readonly Observable[]
  /** What merely stands in its lines: looked up here, and told to nobody. */
  readonly mentioned: readonly Observable[]
  /** `CVE-2021-44228`, as its texts name them. */
  readonly vulnerabilities: readonly string[]
}

const mostNamed = 20
const mostMentioned = 100
const cve = /\bCVE-\d{4}-\d{4,7}\b/gi

/** Which entities are values; a host is a machine of ours, a user nobody that lists know. */
const typeOfEntity: Readonly<Record<string, ObservableType>> = { ip: 'ip', domain: 'domain', url: 'url', hash: 'hash' }

/** Gathers the values of an alert: what its sender and its detectors name first, then what its lines hold. */
export const observablesOf = (alert: Alert): AlertObservables => {
  const { observed } = alert
  const said: readonly (readonly [ObservableType, string | undefined])[] = [
    ['ip', observed?.source_ip],
    ['ip', observed?.destination_ip],
    ['hash', observed?.file_hash],
    ['url', observed?.url],
    ['domain', observed?.dns_query],
    ...alert.entities.flatMap(({ type, value }): (readonly [ObservableType, string])[] => {
      const kind = typeOfEntity[type]
      return kind ? [[kind, value]] : []
    }),
  ]
  const named = unique(
    said.flatMap(([type, value]) => (value === undefined ? [] : (toObservable(value, type) ?? []))),
  ).slice(0, mostNamed)
  const lines = alert.evidence.map(({ line }) => line).join('\n')
  const hosts = named.flatMap(({ type, value }) => (type === 'url' ? (hostOf(value) ?? []) : []))
  const known = new Set(named.map(keyOf))
  const mentioned = unique([...hosts, ...extractObservables(lines, mostMentioned)]).filter(
    (one) => !known.has(keyOf(one)),
  )
  const texts = [alert.title, alert.sentence, lines, ...alert.techniques].join('\n')
  const vulnerabilities = [...new Set([...texts.matchAll(cve)].map(([id]) => id.toUpperCase()))].slice(0, 10)
  return { named, mentioned, vulnerabilities }
}

const keyOf = ({ type, value }: Observable): string => `${type} ${value}`

const unique = (all: readonly Observable[]): readonly Observable[] => [
  ...new Map(all.map((one) => [keyOf(one), one])).values(),
]
