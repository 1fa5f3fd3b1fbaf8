import { memoize } from '../lib/memoize/memoize.ts'
import { extractObservables, hostOf, toObservable } from '../lib/observables/observables.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Observable, ObservableType } from '../schema/intelligence/indicator.ts'

/** The values of an alert that can be looked up. */
export interface AlertObservables {
  /** The subjects of the alert. Lookup services are queried about them, and the result is stored even if it is empty. */
  readonly named: readonly Observable[]
  /** Other values in its log lines. Only the local tables are searched for them. */
  readonly mentioned: readonly Observable[]
  /** CVE IDs in its texts, such as `CVE-2021-44228`. */
  readonly vulnerabilities: readonly string[]
}

const maxNamed = 20
const maxMentioned = 100
/** Lines of evidence are at most this long. */
const longestLine = 1_000
const cve = /\bCVE-\d{4}-\d{4,7}\b/gi

/** The entity types that can be looked up. Hosts and users are internal, so no list contains them. */
const typeOfEntity: Readonly<Record<string, ObservableType>> = { ip: 'ip', domain: 'domain', url: 'url', hash: 'hash' }

/** Collects the values of an alert: first the ones that its sender and its detectors name, then the ones in its log lines. */
export const observablesOf = (alert: Alert): AlertObservables => {
  const { observed } = alert
  const candidates: readonly (readonly [ObservableType, string | undefined])[] = [
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
    candidates.flatMap(([type, value]) => (value === undefined ? [] : (toObservable(value, type) ?? []))),
  ).slice(0, maxNamed)
  const lines = alert.evidence.map(({ line }) => line).join('\n')
  const hosts = named.flatMap(({ type, value }) => (type === 'url' ? (hostOf(value) ?? []) : []))
  const namedKeys = new Set(named.map(keyOf))
  const inLines = alert.evidence.flatMap(({ line }) => extractFrom(line) ?? [])
  const mentioned = unique([...hosts, ...inLines])
    .filter((one) => !namedKeys.has(keyOf(one)))
    .slice(0, maxMentioned)
  const texts = [alert.title, alert.sentence, lines, ...alert.techniques].join('\n')
  const vulnerabilities = [...new Set([...texts.matchAll(cve)].map(([id]) => id.toUpperCase()))].slice(0, 10)
  return { named, mentioned, vulnerabilities }
}

/** Remembers lines, because an alert keeps most of them while it grows. */
const extractFrom = memoize((line: string) => extractObservables(line, maxMentioned), longestLine)

const keyOf = ({ type, value }: Observable): string => `${type} ${value}`

const unique = (all: readonly Observable[]): readonly Observable[] => [
  ...new Map(all.map((one) => [keyOf(one), one])).values(),
]
