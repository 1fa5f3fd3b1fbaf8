import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { hour } from '../lib/units/time.ts'
import type { Observable } from '../schema/indicator.ts'
import { severityRank } from '../schema/severity.ts'
import { BenignTable } from './benign-table.ts'
import { type Remark, unpackRemarks } from './content.ts'
import type { FeedKeeper, IndicatorKeeper } from './keeper.ts'

export type Exploited = Extract<Remark, { readonly kind: 'exploited' }>

/** What is kept about values, in memory, for asking a million times a second. */
export interface KnownTable {
  /** The values that somebody calls bad, with the severity's rank as level. */
  readonly index: IndicatorIndex
  /** The lists of the known-benign that name a value. */
  benign(observable: Observable): readonly string[]
  exploited(cve: string): Exploited | undefined
  /** Reads what has changed since; the first time, everything. */
  refresh(): Promise<void>
}

interface KnownTableOptions {
  readonly indicators: Pick<IndicatorKeeper, 'changedSince'>
  readonly feeds: Pick<FeedKeeper, 'list' | 'lists'>
  readonly now: () => number
  readonly log: Log
}

/** Changes of others may become visible a little after the moment they bear. */
const overlap = 5_000
const settleEvery = hour

export const createKnownTable = ({ indicators, feeds, now, log }: KnownTableOptions): KnownTable => {
  const index = new IndicatorIndex()
  let newest = 0
  let settled = 0
  let benign = new BenignTable([])
  let exploited: ReadonlyMap<string, Exploited> = new Map()
  let contents = ''

  const readIndicators = async () => {
    let ranges = false
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
    if (!ranges && now() - settled < settleEvery) return
    index.settle(now())
    settled = now()
  }

  const readContents = async () => {
    const states = await feeds.list()
    const mark = states.map(({ state }) => `${state.name} ${state.last_change_at}`).join('\n')
    if (mark === contents) return
    const remarks: Remark[] = []
    for (const { state } of states) {
      try {
        remarks.push(...unpackRemarks((await feeds.lists(state.name)).content))
      } catch (error) {
        log.error({ feed: state.name, reason: messageOf(error) }, 'What a feed lists cannot be read; pull it again.')
      }
    }
    benign = new BenignTable(remarks.filter((remark) => remark.kind === 'benign'))
    exploited = new Map(
      remarks.flatMap((remark) => (remark.kind === 'exploited' ? [[remark.cve, remark] as const] : [])),
    )
    contents = mark
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
