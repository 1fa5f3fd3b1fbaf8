import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { classNames } from '../../parts/class-names.ts'
import { FilterField } from '../../parts/filter-field.tsx'
import { toLabel } from '../../parts/label.ts'
import { plural } from '../../parts/number.ts'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Empty, ErrorNotice, Loading } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { useKeys } from '../../shell/keys.ts'
import { Screen } from '../../shell/screen.tsx'
import { type IncidentsSearch, shows } from './search.ts'
import { SortMenu } from './sort-menu.tsx'

const filters = { open: 'open:true', assigned: 'open:true assignee:*', closed: 'open:false' } as const

const find = (query: { q: string; limit: number; sort?: NonNullable<IncidentsSearch['sort']>; cursor?: string }) =>
  answerOf(api.GET('/api/v1/incidents', { params: { query } }))

/** All incidents by a filter, newest first unless the user sorts them. */
export const Incidents = () => {
  const { show = 'open', q = '', sort = '-created_at' }: IncidentsSearch = useSearch({ from: '/incidents' })
  const navigate = useNavigate({ from: '/incidents' })
  /** Changes the URL, without the values that are the default. */
  const go = (changes: IncidentsSearch): void => {
    const next = { show, q, sort, ...changes }
    const search: IncidentsSearch = {
      ...(next.show !== 'open' && { show: next.show }),
      ...(next.q !== '' && { q: next.q }),
      ...(next.sort !== '-created_at' && { sort: next.sort }),
    }
    setAt(-1)
    void navigate({ search })
  }
  const [at, setAt] = useState(-1)
  const list = useInfiniteQuery({
    queryKey: ['incidents', 'list', show, q, sort],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      find({
        q: q === '' ? filters[show] : `${filters[show]} (${q})`,
        ...{ sort, limit: 50, ...(pageParam !== '' && { cursor: pageParam }) },
      }),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
  const incidents = list.data?.pages.flatMap(({ data }) => data) ?? []
  const step = (by: number): void => {
    const next = Math.max(0, Math.min(incidents.length - 1, at + by))
    setAt(next)
    document.getElementById(`incident-${incidents[next]?.id}`)?.focus()
  }
  useKeys('Incidents', [
    { keys: 'j', label: 'Next incident', run: () => step(1) },
    { keys: 'k', label: 'Previous incident', run: () => step(-1) },
  ])
  return (
    <Screen title="Incidents">
      <nav aria-label="Filter" className="flex gap-1 border-b border-line bg-surface px-2 md:px-4">
        {shows.map((one) => (
          <button
            key={one}
            type="button"
            aria-current={one === show ? 'page' : undefined}
            onClick={() => go({ show: one })}
            className={classNames(
              '-mb-px h-10 border-b-2 px-2.5',
              one === show ? 'border-accent font-semibold' : 'border-transparent text-text-2 hover:text-text',
            )}
          >
            {toLabel(one)}
          </button>
        ))}
      </nav>
      <div className="sticky top-12 z-10 flex gap-2 border-b border-line bg-surface px-4 py-2 md:px-6">
        <FilterField
          screen="Incidents"
          label="Filter incidents"
          placeholder="severity:>=high host:web* brute"
          q={q}
          check={(text) => find({ q: text, limit: 1 })}
          onFilter={(text) => go({ q: text })}
        />
        <SortMenu sort={sort} onSelect={(next) => go({ sort: next })} />
      </div>
      {list.error && incidents.length === 0 && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading label="Loading incidents…" />}
      {list.data && incidents.length === 0 && (
        <div className="pt-4">
          {q === '' ? (
            <Empty title={`No ${show} incidents`}>
              {show === 'open' && <p>New incidents appear here automatically.</p>}
            </Empty>
          ) : (
            <Empty title={`No ${show} incidents match`}>
              <Button onClick={() => go({ q: '' })}>Clear filter</Button>
            </Empty>
          )}
        </div>
      )}
      <ol className="bg-surface">
        {incidents.map((incident, index) => (
          <IncidentRow key={incident.id} incident={incident} sort={sort} onFocus={() => setAt(index)} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button className="m-4" onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
          Load more
        </Button>
      )}
    </Screen>
  )
}

interface IncidentRowProps {
  readonly incident: Noun<'Incident'>
  /** Rows show the time that they are sorted by. */
  readonly sort: NonNullable<IncidentsSearch['sort']>
  readonly onFocus: () => void
}

const IncidentRow = ({ incident, sort, onFocus }: IncidentRowProps) => {
  const { id, display_id, severity, risk_score, title, reason, status, assignee, alert_count } = incident
  return (
    <li className="border-b border-line">
      <Link
        id={`incident-${id}`}
        to="/incidents/$id"
        params={{ id: display_id }}
        onFocus={onFocus}
        className="grid gap-x-4 gap-y-1 px-4 py-3 -outline-offset-2 hover:bg-hover sm:grid-cols-[7rem_minmax(0,1fr)_auto] md:px-6"
      >
        <span className="flex flex-row items-center gap-2 sm:flex-col sm:items-start sm:gap-1">
          <SeverityBadge severity={severity} />
          <span className="font-mono text-small text-text-2">
            {display_id} · {risk_score}
          </span>
        </span>
        <span className="min-w-0">
          <span className="block font-[550]">{title}</span>
          <span className="line-clamp-2 text-text-2">{reason}</span>
        </span>
        <span className="text-small text-text-2 sm:text-right">
          <span className="sm:block">
            {toLabel(status)}
            {assignee === null ? '' : `, ${assignee}`}
          </span>
          <span className="before:content-['_·_'] sm:block sm:before:content-none">{plural(alert_count, 'alert')}</span>
          <span className="before:content-['_·_'] sm:block sm:before:content-none">
            {sort === '-created_at' ? 'created ' : 'last seen '}
            <Time at={sort === '-created_at' ? incident.created_at : incident.last_seen} show="ago" />
          </span>
        </span>
      </Link>
    </li>
  )
}
