import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { chosenOf } from '../../alert/filter-text.ts'
import { answerOf, api } from '../../api/client.ts'
import { type FacetField, facetFields } from './facet-fields.ts'
import { type Look, toQuery } from './look.ts'
import type { Rows } from './use-rows.ts'

const bars = 90
const all = facetFields.map(({ field }) => field)
/** Those that are open from the beginning. */
const usual: readonly FacetField[] = ['severity', 'status', 'verdict', 'assignee', 'host']

/**
 * How many alerts a look shows of each value of the fields whose facets are open, and over time: in one request, which goes through all
 * alerts once. It waits for the rows: they are what was asked for, and they say of which moment the counts are to be.
 */
export const useCounts = (look: Look, { stale, asOf, answeredAt }: Rows) => {
  const [open, setOpen] = useState<ReadonlySet<FacetField>>(
    () => new Set(all.filter((field) => usual.includes(field) || isAsked(look.q, field))),
  )
  const fields = all.filter((field) => open.has(field))
  const query = useQuery({
    queryKey: ['queue counts', toQuery(look), fields, asOf, answeredAt],
    queryFn: () =>
      answerOf(
        api.GET('/api/v1/alerts/counts', {
          params: { query: { ...toQuery(look), fields, limit: 12, bars, ...(asOf !== undefined && { as_of: asOf }) } },
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

const isAsked = (q: string, field: FacetField): boolean => {
  const { values, none } = chosenOf(q, field)
  return values.length > 0 || none
}
