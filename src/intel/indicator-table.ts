import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { hour } from '../lib/units/time.ts'
import type { Observable } from '../schema/intelligence/indicator.ts'
import { severityRank } from '../schema/severity.ts'
import { type Annotation, unpackAnnotations } from './annotations.ts'
import { BenignTable } from './benign-table.ts'
import type { FeedStore, IndicatorStore } from './stores.ts'

export type Exploited = Extract<Annotation, { readonly kind: 'exploited' }>

/** All indicators, benign lists and exploited vulnerabilities in memory. */
export interface IndicatorTable {
  /** The values that a source reports as malicious. Their level is the rank of the severity. */
  readonly index: IndicatorIndex
  /** Returns the known-benign lists that contain a value. */
  benign(observable: Observable): readonly string[]
  exploited(cve: string): Exploited | undefined
  /** Reads the changes since the last call; all data on the first call. */
  refresh(): Promise<void>
}

interface IndicatorTableOptions {
  readonly indicators: Pick<IndicatorStore, 'changedSince' | 'settled'>
  readonly feeds: Pick<FeedStore, 'list' | 'lists'>
  readonly now: () => number
  readonly log: Log
}

/** A change of another process may become visible shortly after its timestamp, so the reads overlap by this many ms. */
const overlap = 5_000
const settleEvery = hour

export const createIndicatorTable = ({ indicators, feeds, now, log }: IndicatorTableOptions): IndicatorTable => {
  const index = new IndicatorIndex()
  let newest = 0
  let settled = 0
  let benign = new BenignTable([])
  let exploited: ReadonlyMap<string, Exploited> = new Map()
  let contentsVersion = ''

  const readIndicators = async () => {
    let ranges = false
    const visible = await indicators.settled()
    for await (const page of indicators.changedSince(newest === 0 ? 0 : newest - overlap)) {
      for (const indicator of page) {
        newest = Math.max(newest, indicator.updatedAt)
        ranges ||= indicator.ioc_type === 'ip' && indicator.ioc.includes('/')
        if (indicator.positives === 0) index.remove(indicator.ioc)
        else {
          index.set(
            { type: indicator.ioc_type, value: indicator.ioc },
            {
              level: severityRank(indicator.threat_level),
              confidence: indicator.confidence,
              validUntil: indicator.validUntil,
              sources: indicator.sources,
              note: indicator.description,
            },
          )
        }
      }
    }
    newest = Math.min(newest, visible)
    if (!ranges && now() - settled < settleEvery) return
    index.settle(now())
    settled = now()
  }

  const readContents = async () => {
    const states = await feeds.list()
    const version = states.map(({ state }) => `${state.name} ${state.last_change_at}`).join('\n')
    if (version === contentsVersion) return
    const annotations: Annotation[] = []
    for (const { state } of states) {
      try {
        annotations.push(...unpackAnnotations((await feeds.lists(state.name)).content))
      } catch (error) {
        log.error(
          { feed: state.name, reason: messageOf(error) },
          'Cannot read the stored content of a feed. Pull the feed again.',
        )
      }
    }
    benign = new BenignTable(annotations.filter((one) => one.kind === 'benign'))
    exploited = new Map(annotations.flatMap((one) => (one.kind === 'exploited' ? [[one.cve, one] as const] : [])))
    contentsVersion = version
  }

  return {
    index,
    benign: (observable) => benign.find(observable, now()),
    exploited: (cve) => exploited.get(cve.toUpperCase()),
    async refresh() {
      await readIndicators()
      await readContents()
    },
  }
}
