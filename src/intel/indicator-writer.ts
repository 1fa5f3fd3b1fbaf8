import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { KnownIndicator, Observable } from '../schema/intelligence/indicator.ts'
import type { IndicatorStore } from './stores.ts'
import { type SourceTrust, summarizeIndicator } from './summarize-indicator.ts'

/** The result of a lookup. */
interface LookedUp {
  readonly observable: Observable
  readonly indicator: KnownIndicator
}

interface IndicatorWriterOptions {
  readonly indicators: Pick<IndicatorStore, 'change'>
  readonly trust: SourceTrust
  readonly now: () => number
  readonly log: Log
}

/**
 * Stores the results of lookups. Alerts arrive in bursts and each write waits for the disk, so results that arrive during a write are
 * written together by the next one. A failed write is logged and does not fail the lookup.
 */
export const createIndicatorWriter = ({ indicators, trust, now, log }: IndicatorWriterOptions) => {
  let waiting: LookedUp[] = []
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const results = waiting
    waiting = []
    next = undefined
    try {
      await indicators.change([...new Set(results.map(({ indicator }) => indicator.id))], (current) => {
        const known = new Map(current)
        for (const { observable, indicator } of results) {
          // A feed may have changed the row in the meantime. Keep its reports.
          const reports = { ...known.get(indicator.id)?.reports, ...indicator.reports }
          known.set(
            indicator.id,
            summarizeIndicator(observable, reports, { now: now(), trust, asked: indicator.total }),
          )
        }
        return [...known.values()]
      })
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'Could not store the results of lookups.')
    }
  }

  return (results: readonly LookedUp[]): Promise<void> => {
    if (results.length === 0) return Promise.resolve()
    waiting.push(...results)
    next ??= last = last.then(write)
    return next
  }
}
