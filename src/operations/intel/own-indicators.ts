import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { indicatorId } from '../../intel/sum-up.ts'
import { own } from '../../intel/told-lists.ts'
import { toObservable } from '../../lib/observables/observables.ts'
import type { KnownIndicator, Observable, Report } from '../../schema/indicator.ts'
import type { Deps } from '../deps.ts'

/** How an indicator is named in an address: by its id, or by the value itself. */
export const indicatorKey = z.string().min(1).max(4_000).describe('The id of an indicator, or the value itself.')

/** Finds what we said of a value ourselves. Throws NOT_FOUND when nobody knows the value, CONFLICT when only others do. */
export const requireOwn = async (
  { store }: Pick<Deps, 'store'>,
  key: string,
): Promise<{ readonly observable: Observable; readonly indicator: KnownIndicator; readonly report: Report }> => {
  const meant = toObservable(key)
  const indicator = (await store.threatIntel.get(key)) ?? (meant && (await store.threatIntel.get(indicatorId(meant))))
  if (!indicator) {
    throw new AppError('NOT_FOUND', `Nothing is known of "${key.slice(0, 100)}".`, {
      hint: 'List the indicators for their ids and values.',
    })
  }
  const { ioc, ioc_type, reports, sources } = indicator
  const report = reports[own]
  if (report) return { observable: { type: ioc_type, value: ioc }, indicator, report }
  throw new AppError('CONFLICT', `Nobody here said anything of ${ioc}.`, {
    hint:
      sources.length > 0
        ? `It is told by ${sources.join(', ')}; only what people added here can be changed here.`
        : 'It was asked about, and nobody knows it.',
  })
}
