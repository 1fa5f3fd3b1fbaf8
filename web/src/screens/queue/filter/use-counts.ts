import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { selectedValues } from '../../../alert/filter-text.ts'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { type QueueView, toQuery } from '../queue-view.ts'
import type { Rows } from '../rows/use-rows.ts'

export type FacetField = Noun<'AlertCounts'>['facets'][number]['field']

/** The facets, in display order. */
export const facetFields = [
  { field: 'severity', name: 'Severity' },
  { field: 'status', name: 'Status' },
  { field: 'verdict', name: 'Verdict' },
  { field: 'assignee', name: 'Assignee' },
  { field: 'host', name: 'Host' },
  { field: 'user', name: 'User' },
  { field: 'ip', name: 'IP address' },
  { field: 'service', name: 'Service' },
  { field: 'technique', name: 'Technique' },
  { field: 'detector', name: 'Detector' },
  { field: 'source', name: 'Source' },
  { field: 'type', name: 'Type' },
  { field: 'resolution', name: 'Resolution' },
] as const satisfies readonly { field: FacetField; name: string }[]

const bars = 90
const all = facetFields.map(({ field }) => field)
const initiallyOpen: readonly FacetField[] = ['severity', 'status', 'verdict', 'assignee', 'host']

/**
 * Counts the alerts by time and by the values of the open facets, in one request. Waits for the rows, because they load first and set the
 * point in time of the counts.
 */
export const useCounts = (view: QueueView, { stale, asOf, answeredAt }: Rows) => {
  const [open, setOpen] = useState<ReadonlySet<FacetField>>(
    () => new Set(all.filter((field) => initiallyOpen.includes(field) || isFiltered(view.q, field))),
  )
  const fields = all.filter((field) => open.has(field))
  const query = useQuery({
    queryKey: ['queue counts', toQuery(view), fields, asOf, answeredAt],
    queryFn: () =>
      answerOf(
        api.GET('/api/v1/alerts/counts', {
          params: { query: { ...toQuery(view), fields, limit: 12, bars, ...(asOf !== undefined && { as_of: asOf }) } },
        }),
      ),
    enabled: !stale && asOf !== undefined,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return {
    data: query.data,
    counting: query.isFetching,
    asOf: stale ? undefined : asOf,
    open,
    toggle(field: FacetField): void {
      const next = new Set(open)
      if (!next.delete(field)) next.add(field)
      setOpen(next)
    },
  }
}

export type Counts = ReturnType<typeof useCounts>

const isFiltered = (q: string, field: FacetField): boolean => {
  const { values, none } = selectedValues(q, field)
  return values.length > 0 || none
}
