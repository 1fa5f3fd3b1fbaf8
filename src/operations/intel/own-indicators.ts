import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { ownSource } from '../../intel/imported-lists.ts'
import { indicatorId } from '../../intel/summarize-indicator.ts'
import { toObservable } from '../../lib/observables/observables.ts'
import type { KnownIndicator, Observable, Report } from '../../schema/intelligence/indicator.ts'
import type { Deps } from '../deps.ts'

/** How an indicator is named in an address: by its id, or by the value itself. */
export const indicatorKey = z.string().min(1).max(4_000).describe('The ID or the value of an indicator.')

/**
 * Finds your own data about a value. Throws NOT_FOUND if the value is unknown, CONFLICT if only other sources have it.
 */
export const requireOwn = async (
  { store }: Pick<Deps, 'store'>,
  key: string,
): Promise<{ readonly observable: Observable; readonly indicator: KnownIndicator; readonly report: Report }> => {
  const meant = toObservable(key)
  const indicator = (await store.threatIntel.get(key)) ?? (meant && (await store.threatIntel.get(indicatorId(meant))))
  if (!indicator) {
    throw new AppError('NOT_FOUND', `Indicator "${key.slice(0, 100)}" not found.`, {
      hint: 'List the indicators to see their IDs and values.',
    })
  }
  const { ioc, ioc_type, reports, sources } = indicator
  const report = reports[ownSource]
  if (report) return { observable: { type: ioc_type, value: ioc }, indicator, report }
  throw new AppError('CONFLICT', `You have not added ${ioc} yourself.`, {
    hint:
      sources.length > 0
        ? `It comes from ${sources.join(', ')}. You can change only your own indicators.`
        : 'Vendors were queried about it and have no data.',
  })
}
