import type { Log } from '../component.ts'
import { hostOf } from '../lib/observables/observables.ts'
import { day } from '../lib/units/time.ts'
import type { Indicator, KnownIndicator, Observable, ObservableType, Report } from '../schema/intelligence/indicator.ts'
import type { Intelligence, KnownBenign, LookUpIntelligence } from '../schema/intelligence/intelligence.ts'
import { severityRank } from '../schema/severity.ts'
import type { TriageClaim, TriageReference } from '../schema/triage/triage-result.ts'
import { observablesOf } from './alert-observables.ts'
import { type EgressPolicy, reasonToWithhold } from './egress.ts'
import type { IndicatorTable } from './indicator-table.ts'
import { createIndicatorWriter } from './indicator-writer.ts'
import type { LookupServices } from './lookup-services.ts'
import { type IntelScoreOptions, scoreOf } from './score.ts'
import type { IndicatorStore } from './stores.ts'
import { indicatorId, isValid, type SourceTrust, summarizeIndicator } from './summarize-indicator.ts'

export interface LookUpOptions {
  readonly indicators: Pick<IndicatorStore, 'load' | 'change'>
  readonly table: IndicatorTable
  readonly services: LookupServices
  readonly egress: EgressPolicy
  readonly trust: SourceTrust
  readonly score: IntelScoreOptions
  /** Returns the names of the feeds that cover a type. */
  readonly feedsFor: (type: ObservableType) => readonly string[]
  /** The time limit of a lookup, in ms. */
  readonly timeout: number
  readonly now: () => number
  readonly log: Log
  /** Counts a hit for each source. */
  readonly hit: (sources: readonly string[]) => void
}

/** The result for one value. */
export interface LookupResult {
  readonly observable: Observable
  readonly indicator: KnownIndicator
  /** The sources that report it as malicious. */
  readonly reporters: readonly string[]
  readonly benign: readonly string[]
  /** The queried sources: feeds, lists, and lookup services that answered. */
  readonly asked: readonly string[]
  /** 0–100. */
  readonly score: number
  readonly missing: readonly string[]
  /** The reason that lookup services are not queried about it; undefined if they may be. */
  readonly withheld: string | undefined
}

/** The maximum number of values of an alert that are sent to lookup services. */
const maxQueried = 6
const sendFirst: readonly ObservableType[] = ['hash', 'url', 'domain', 'ip', 'email', 'certificate']

export const createLookUp = (options: LookUpOptions) => {
  const { indicators, table, services, egress, trust, score, now, log } = options
  const writeIndicators = createIndicatorWriter({ indicators, trust, now, log })

  /** Returns the known range or parent domain that contains a value. */
  const findParent = (observable: Observable): Observable | undefined => {
    const hit = table.index.find(observable, now())
    return hit && hit.value !== observable.value ? { type: hit.type, value: hit.value } : undefined
  }

  /** Loads the stored data of values, of the ranges and parent domains that contain them, and of the hosts of URLs. */
  const loadKnown = async (observables: readonly Observable[]) => {
    const related = observables.map((observable) => {
      const host = observable.type === 'url' ? hostOf(observable.value) : undefined
      return { observable, parent: findParent(observable), hosts: host ? [host, findParent(host) ?? host] : [] }
    })
    const all = related.flatMap(({ observable, parent, hosts }) => [observable, ...(parent ? [parent] : []), ...hosts])
    const rows = new Map((await indicators.load(all.map(indicatorId))).map((row) => [row.id, row]))
    return related.map(({ observable, parent, hosts }) => {
      const [own, ofParent, ...ofHosts] = [observable, parent, ...hosts].map((one) => one && rows.get(indicatorId(one)))
      return { observable, own, parent: ofParent, tags: [own, ofParent, ...ofHosts].flatMap((row) => row?.tags ?? []) }
    })
  }

  /** Looks up values, and queries the services about those that may be sent. Stores new results. */
  const lookUpAll = async (
    observables: readonly Observable[],
    signal: AbortSignal,
    { send, keep }: { readonly send: boolean; readonly keep: (one: LookupResult) => boolean },
  ): Promise<readonly LookupResult[]> => {
    const known = await loadKnown(observables)
    const reasons = new Map(
      known.map(({ observable, tags }) => [observable, reasonToWithhold(observable, egress, tags)]),
    )
    const sendable = known
      .filter(({ observable }) => reasons.get(observable) === undefined)
      .sort((a, b) => sendFirst.indexOf(a.observable.type) - sendFirst.indexOf(b.observable.type))
      .slice(0, send ? maxQueried : 0)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)])
    const asked = new Map(
      await Promise.all(
        sendable.map(async ({ observable }) => [observable, await services.query(observable, limit)] as const),
      ),
    )
    signal.throwIfAborted()
    const looked = known.map(({ observable, own, parent }): LookupResult => {
      const { answers = [], missing = [] } = asked.get(observable) ?? {}
      const all: Record<string, Report> = withParents(own?.reports ?? {}, parent?.reports ?? {}, now())
      const benignLists: string[] = []
      for (const { source, entry, expiresAt } of answers) {
        delete all[source]
        if (entry?.kind === 'report') {
          all[source] = { ...entry.report, valid_until: new Date(expiresAt).toISOString() }
        } else if (entry) benignLists.push(entry.list)
      }
      const sources = [
        ...new Set([...options.feedsFor(observable.type), ...Object.keys(all), ...answers.map(({ source }) => source)]),
      ]
      const reports = valid(all, now())
      return {
        observable,
        indicator: summarizeIndicator(observable, reports, { now: now(), trust, asked: sources.length }),
        reporters: Object.keys(reports).filter((source) => reports[source]?.threat_level !== 'info'),
        benign: [...new Set([...benignLists, ...table.benign(observable)])],
        asked: sources,
        score: scoreOf(reports, { now: now(), trust, options: score }),
        missing,
        withheld: reasons.get(observable),
      }
    })
    await save(looked.filter(keep), known)
    return looked
  }

  /** Writes the rows that changed. */
  const save = async (looked: readonly LookupResult[], known: Awaited<ReturnType<typeof loadKnown>>): Promise<void> => {
    const before = new Map(known.map(({ observable, own }) => [observable, own]))
    const changed = looked.filter(({ observable, indicator }) => {
      const own = before.get(observable)
      return !own || own.total !== indicator.total || JSON.stringify(own.reports) !== JSON.stringify(indicator.reports)
    })
    await writeIndicators(changed.map(({ observable, indicator }) => ({ observable, indicator })))
  }

  const lookUpAlert: LookUpIntelligence = async (alert, signal) => {
    const { named, mentioned, vulnerabilities } = observablesOf(alert)
    const [fromNamed, fromMentioned] = await Promise.all([
      lookUpAll(named, signal, { send: true, keep: () => true }),
      // Log lines contain many values. Only look up the known ones.
      lookUpAll(
        mentioned.filter((one) => table.index.find(one, now()) !== undefined),
        signal,
        { send: false, keep: () => false },
      ),
    ])
    const looked = [...fromNamed, ...fromMentioned.filter(({ indicator }) => indicator.positives > 0)]
    const bySeverity = looked.toSorted(
      (a, b) => b.score - a.score || severityRank(b.indicator.threat_level) - severityRank(a.indicator.threat_level),
    )
    options.hit(bySeverity.flatMap(({ indicator }) => indicator.sources))
    const exploited = vulnerabilities.flatMap((id) => table.exploited(id) ?? [])
    const asked = new Set(looked.flatMap((one) => one.asked))
    const detecting = new Set(looked.flatMap(({ reporters }) => reporters))
    return {
      ...(asked.size > 0 && {
        threatIntel: {
          aggregateScore: Math.max(0, ...looked.map((one) => one.score)),
          sources: asked.size,
          detectedBy: detecting.size,
        },
      }),
      indicators: bySeverity.map(({ indicator }) => toIndicator(indicator)),
      benign: bySeverity.flatMap(({ observable, benign }): KnownBenign[] =>
        benign.length > 0 ? [{ observable, lists: benign }] : [],
      ),
      ...toClaims(bySeverity, exploited),
      missing: looked.flatMap(({ missing }) => missing),
    }
  }

  return {
    lookUpAlert,
    /** Looks up values for a user. With `send`, queries the lookup services and stores the results. */
    async lookUp(
      observables: readonly Observable[],
      signal: AbortSignal,
      send: boolean,
    ): Promise<readonly LookupResult[]> {
      const looked = await lookUpAll(observables, signal, { send, keep: () => send })
      options.hit(looked.flatMap(({ indicator }) => indicator.sources))
      return looked
    },
  }
}

const valid = (reports: Readonly<Record<string, Report>>, now: number): Record<string, Report> =>
  Object.fromEntries(Object.entries(reports).filter(([, report]) => isValid(report, now)))

/**
 * Adds the reports of the containing range or parent domain to the reports of a value. They expire at the end of the next day, so that
 * later changes take effect. A report of the value itself takes precedence if it is valid for longer.
 */
const withParents = (
  own: Readonly<Record<string, Report>>,
  parent: Readonly<Record<string, Report>>,
  now: number,
): Record<string, Report> => {
  const all: Record<string, Report> = { ...own }
  const end = Math.ceil((now + day) / day) * day
  for (const [source, report] of Object.entries(parent)) {
    const until = Math.min(end, report.valid_until === null ? end : Date.parse(report.valid_until))
    const known = all[source]
    if (known && (known.valid_until === null || Date.parse(known.valid_until) >= until)) continue
    all[source] = { ...report, valid_until: new Date(until).toISOString() }
  }
  return all
}

const toIndicator = ({ id, reports, updated_at, ...indicator }: KnownIndicator): Indicator => indicator

/** Describes the results in sentences, each with its references. */
const toClaims = (
  looked: readonly LookupResult[],
  exploited: readonly {
    readonly cve: string
    readonly name: string
    readonly added: string
    readonly ransomware: boolean
  }[],
): Pick<Intelligence, 'references' | 'claims'> => {
  const references: TriageReference[] = []
  const claims: TriageClaim[] = []
  const cite = (target: string, text: string): string => {
    const id = `i${references.length + 1}`
    references.push({ id, kind: 'indicator', target, text })
    return id
  }
  for (const { observable, indicator, reporters, benign } of looked) {
    const { value } = observable
    const { sources, description } = indicator
    if (sources.length > 0) {
      const suffix = description === '' ? '' : `: ${description}`
      const id = cite(value, `${indicator.threat_level}, by ${sources.join(', ')}${suffix}`)
      const text =
        reporters.length > 0
          ? `${value} is reported as malicious by ${reporters.length === 1 ? reporters[0] : `${reporters.length} sources (${reporters.slice(0, 4).join(', ')})`}${suffix}`
          : `${value} is listed by ${sources.slice(0, 4).join(', ')}${suffix}`
      claims.push({ sign: 'for', text, evidence_ids: [id] })
    }
    if (benign.length > 0) {
      const id = cite(value, `known benign, by ${benign.join(', ')}`)
      claims.push({
        sign: 'against',
        text: `${value} is known benign infrastructure (${benign.slice(0, 3).join(', ')})`,
        evidence_ids: [id],
      })
    }
  }
  for (const { cve, name, added, ransomware } of exploited) {
    const id = cite(cve, `known to be exploited since ${added}: ${name}`)
    const how = ransomware ? ', also by ransomware' : ''
    claims.push({ sign: 'for', text: `${cve} is known to be exploited${how} (CISA KEV, ${added})`, evidence_ids: [id] })
  }
  return { references, claims }
}
