import type { Log } from '../component.ts'
import { hostOf } from '../lib/observables/observables.ts'
import { day } from '../lib/units/time.ts'
import type { Indicator, KnownIndicator, Observable, ObservableType, Report } from '../schema/indicator.ts'
import type { Intelligence, KnownBenign, LookUpIntelligence } from '../schema/intelligence.ts'
import { severityRank } from '../schema/severity.ts'
import type { TriageClaim, TriageReference } from '../schema/triage-result.ts'
import { observablesOf } from './alert-observables.ts'
import type { AskOthers } from './ask-others.ts'
import { type EgressPolicy, staysHere } from './egress.ts'
import { createKeepLearnt } from './keep-learnt.ts'
import type { IndicatorKeeper } from './keeper.ts'
import type { KnownTable } from './known-table.ts'
import { type ScoreOptions, scoreOf } from './score.ts'
import { indicatorId, isValid, sumUp, type TrustIn } from './sum-up.ts'

export interface LookUpOptions {
  readonly indicators: Pick<IndicatorKeeper, 'load' | 'change'>
  readonly table: KnownTable
  readonly others: AskOthers
  readonly egress: EgressPolicy
  readonly trust: TrustIn
  readonly score: ScoreOptions
  /** The feeds that tell of a type, by name. */
  readonly feedsFor: (type: ObservableType) => readonly string[]
  /** How long an alert may wait, in ms. */
  readonly timeout: number
  readonly now: () => number
  readonly log: Log
  /** Counts that what a source says was of use. */
  readonly hit: (sources: readonly string[]) => void
}

/** What came of asking about one value. */
export interface Looked {
  readonly observable: Observable
  readonly indicator: KnownIndicator
  /** Who calls it bad. */
  readonly accusers: readonly string[]
  readonly benign: readonly string[]
  /** Who was asked: feeds, lists and others that answered. */
  readonly asked: readonly string[]
  /** 0–100. */
  readonly score: number
  readonly missing: readonly string[]
  /** Why others may not be asked about it; undefined when they may. */
  readonly staysHere: string | undefined
}

/** How many values of one alert others are asked about. */
const mostSent = 6
const sendFirst: readonly ObservableType[] = ['hash', 'url', 'domain', 'ip', 'email', 'certificate']

export const createLookUp = (options: LookUpOptions) => {
  const { indicators, table, others, egress, trust, score, now, log } = options
  const keepLearnt = createKeepLearnt({ indicators, trust, now, log })

  /** The range or the name above that a value lies in, where somebody knows it. */
  const above = (observable: Observable): Observable | undefined => {
    const hit = table.index.find(observable, now())
    return hit && hit.value !== observable.value ? { type: hit.type, value: hit.value } : undefined
  }

  /** What is known here of values: of themselves, of the ranges and names they lie in, and of the hosts of links. */
  const loadKnown = async (observables: readonly Observable[]) => {
    const related = observables.map((observable) => {
      const host = observable.type === 'url' ? hostOf(observable.value) : undefined
      return { observable, wider: above(observable), hosts: host ? [host, above(host) ?? host] : [] }
    })
    const all = related.flatMap(({ observable, wider, hosts }) => [observable, ...(wider ? [wider] : []), ...hosts])
    const rows = new Map((await indicators.load(all.map(indicatorId))).map((row) => [row.id, row]))
    return related.map(({ observable, wider, hosts }) => {
      const [own, over, ...carriers] = [observable, wider, ...hosts].map((one) => one && rows.get(indicatorId(one)))
      return { observable, own, wider: over, tags: [own, over, ...carriers].flatMap((row) => row?.tags ?? []) }
    })
  }

  /** Asks about values; others are asked about those that may leave. What is new is kept. */
  const look = async (
    observables: readonly Observable[],
    signal: AbortSignal,
    { send, keep }: { readonly send: boolean; readonly keep: (one: Looked) => boolean },
  ): Promise<readonly Looked[]> => {
    const known = await loadKnown(observables)
    const reasons = new Map(known.map(({ observable, tags }) => [observable, staysHere(observable, egress, tags)]))
    const sendable = known
      .filter(({ observable }) => reasons.get(observable) === undefined)
      .sort((a, b) => sendFirst.indexOf(a.observable.type) - sendFirst.indexOf(b.observable.type))
      .slice(0, send ? mostSent : 0)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)])
    const asked = new Map(
      await Promise.all(
        sendable.map(async ({ observable }) => [observable, await others.ask(observable, limit)] as const),
      ),
    )
    signal.throwIfAborted()
    const looked = known.map(({ observable, own, wider }): Looked => {
      const { answers = [], missing = [] } = asked.get(observable) ?? {}
      const said: Record<string, Report> = withWider(own?.reports ?? {}, wider?.reports ?? {}, now())
      const vouched: string[] = []
      for (const { source, entry, expiresAt } of answers) {
        delete said[source]
        if (entry?.kind === 'report') {
          said[source] = { ...entry.report, valid_until: new Date(expiresAt).toISOString() }
        } else if (entry) vouched.push(entry.list)
      }
      const whom = [
        ...new Set([
          ...options.feedsFor(observable.type),
          ...Object.keys(said),
          ...answers.map(({ source }) => source),
        ]),
      ]
      const reports = valid(said, now())
      return {
        observable,
        indicator: sumUp(observable, reports, { now: now(), trust, asked: whom.length }),
        accusers: Object.keys(reports).filter((source) => reports[source]?.threat_level !== 'info'),
        benign: [...new Set([...vouched, ...table.benign(observable)])],
        asked: whom,
        score: scoreOf(reports, { now: now(), trust, options: score }),
        missing,
        staysHere: reasons.get(observable),
      }
    })
    await save(looked.filter(keep), known)
    return looked
  }

  /** Writes a row for each value, unless there is one that says the same. */
  const save = async (looked: readonly Looked[], known: Awaited<ReturnType<typeof loadKnown>>): Promise<void> => {
    const before = new Map(known.map(({ observable, own }) => [observable, own]))
    const news = looked.filter(({ observable, indicator }) => {
      const own = before.get(observable)
      return !own || own.total !== indicator.total || JSON.stringify(own.reports) !== JSON.stringify(indicator.reports)
    })
    await keepLearnt(news.map(({ observable, indicator }) => ({ observable, indicator })))
  }

  const lookUpAlert: LookUpIntelligence = async (alert, signal) => {
    const { named, mentioned, vulnerabilities } = observablesOf(alert)
    const [about, beside] = await Promise.all([
      look(named, signal, { send: true, keep: () => true }),
      // Lines mention much; of that only what somebody knows is of interest.
      look(
        mentioned.filter((one) => table.index.find(one, now()) !== undefined),
        signal,
        { send: false, keep: () => false },
      ),
    ])
    const looked = [...about, ...beside.filter(({ indicator }) => indicator.positives > 0)]
    const bySeverity = looked.toSorted(
      (a, b) => b.score - a.score || severityRank(b.indicator.threat_level) - severityRank(a.indicator.threat_level),
    )
    options.hit(bySeverity.flatMap(({ indicator }) => indicator.sources))
    const exploited = vulnerabilities.flatMap((id) => table.exploited(id) ?? [])
    const asked = new Set(looked.flatMap((one) => one.asked))
    const detecting = new Set(looked.flatMap(({ accusers }) => accusers))
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
    /** Asks about values, for a person; what others answer is remembered. */
    async lookUp(observables: readonly Observable[], signal: AbortSignal, send: boolean): Promise<readonly Looked[]> {
      const looked = await look(observables, signal, { send, keep: () => send })
      options.hit(looked.flatMap(({ indicator }) => indicator.sources))
      return looked
    },
  }
}

const valid = (reports: Readonly<Record<string, Report>>, now: number): Record<string, Report> =>
  Object.fromEntries(Object.entries(reports).filter(([, report]) => isValid(report, now)))

/**
 * What is said of a range or a name above counts for a value in it, to the end of the next day: by then it is asked again, or forgotten.
 * What is said of the value itself stands where it holds for longer.
 */
const withWider = (
  own: Readonly<Record<string, Report>>,
  wider: Readonly<Record<string, Report>>,
  now: number,
): Record<string, Report> => {
  const all: Record<string, Report> = { ...own }
  const end = Math.ceil((now + day) / day) * day
  for (const [source, report] of Object.entries(wider)) {
    const until = Math.min(end, report.valid_until === null ? end : Date.parse(report.valid_until))
    const known = all[source]
    if (known && (known.valid_until === null || Date.parse(known.valid_until) >= until)) continue
    all[source] = { ...report, valid_until: new Date(until).toISOString() }
  }
  return all
}

const toIndicator = ({ id, reports, updated_at, ...indicator }: KnownIndicator): Indicator => indicator

/** Says what is known in words, each with what it cites. */
const toClaims = (
  looked: readonly Looked[],
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
  for (const { observable, indicator, accusers, benign } of looked) {
    const { value } = observable
    const { sources, description } = indicator
    if (sources.length > 0) {
      const words = description === '' ? '' : `: ${description}`
      const id = cite(value, `${indicator.threat_level}, by ${sources.join(', ')}${words}`)
      const text =
        accusers.length > 0
          ? `${value} is known as bad to ${accusers.length === 1 ? accusers[0] : `${accusers.length} sources (${accusers.slice(0, 4).join(', ')})`}${words}`
          : `${value}${words === '' ? ' is known' : words}, says ${sources.slice(0, 4).join(', ')}`
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
