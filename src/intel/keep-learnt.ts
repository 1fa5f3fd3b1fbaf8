import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { KnownIndicator, Observable } from '../schema/indicator.ts'
import type { IndicatorKeeper } from './keeper.ts'
import { sumUp, type TrustIn } from './sum-up.ts'

/** What asking about a value came to. */
interface Learnt {
  readonly observable: Observable
  readonly indicator: KnownIndicator
}

interface KeepLearntOptions {
  readonly indicators: Pick<IndicatorKeeper, 'change'>
  readonly trust: TrustIn
  readonly now: () => number
  readonly log: Log
}

/**
 * Keeps what was learnt of values. Alerts come many at a time, and each write waits for the disk: what is learnt while one is under way
 * is written together by the next. A write that fails is logged; the alert has its answer all the same.
 */
export const createKeepLearnt = ({ indicators, trust, now, log }: KeepLearntOptions) => {
  let waiting: Learnt[] = []
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const learnt = waiting
    waiting = []
    next = undefined
    try {
      await indicators.change([...new Set(learnt.map(({ indicator }) => indicator.id))], (current) => {
        const known = new Map(current)
        for (const { observable, indicator } of learnt) {
          // What a feed wrote meanwhile stays; what was answered just now is added.
          const reports = { ...known.get(indicator.id)?.reports, ...indicator.reports }
          known.set(indicator.id, sumUp(observable, reports, { now: now(), trust, asked: indicator.total }))
        }
        return [...known.values()]
      })
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'What was learnt of values could not be kept.')
    }
  }

  return (learnt: readonly Learnt[]): Promise<void> => {
    if (learnt.length === 0) return Promise.resolve()
    waiting.push(...learnt)
    next ??= last = last.then(write)
    return next
  }
}
