import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { quote, withClause } from '../../alert/filter-text.ts'
import { LogContext } from '../../alert/log-context.tsx'
import { answerOf, api } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { Empty, ErrorNotice, Loading } from '../../parts/states.tsx'
import { TimeMenu } from '../../parts/time-menu.tsx'
import { Screen } from '../../shell/screen.tsx'
import { LogLine } from './log-line.tsx'
import type { LogsSearch } from './search.ts'

const pageSize = 100

const find = (query: LogsSearch & { readonly limit: number; readonly cursor?: string }) =>
  answerOf(api.GET('/api/v1/events', { params: { query } }))

/** All log lines, newest first, by a filter and a time range. */
export const Logs = () => {
  const { q = '', from, to, line }: LogsSearch = useSearch({ from: '/logs' })
  const navigate = useNavigate({ from: '/logs' })
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
  const list = useInfiniteQuery({
    queryKey: ['logs', q, from, to],
    initialPageParam: '',
    queryFn: ({ pageParam }) => find({ q, ...range, limit: pageSize, cursor: pageParam }),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    retry: false,
  })
  const go = (changes: { readonly [Name in keyof LogsSearch]: LogsSearch[Name] | undefined }): void =>
    void navigate({
      search: (before: LogsSearch) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined && value !== ''),
        ),
      resetScroll: false,
    })
  const lines = list.data?.pages.flatMap(({ data }) => data) ?? []
  const narrow = (field: string, value: string, exclude: boolean): void =>
    go({ q: withClause(q, `${exclude ? '-' : ''}${field}:${quote(value)}`) })
  return (
    <Screen title="Logs">
      <div className="sticky top-12 z-10 flex gap-2 border-b border-line bg-surface px-4 py-2 md:px-6">
        <FilterField
          screen="Logs"
          label="Search log lines"
          placeholder="failed host:web* -user:backup"
          q={q}
          check={(text) => find({ q: text, from: 'now-1h', limit: 1 })}
          onFilter={(text) => go({ q: text })}
        />
        <TimeMenu range={range} onTimeRange={(start, end) => go({ from: start, to: end })} />
      </div>
      {list.error && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading label="Searching log lines…" />}
      {list.data && lines.length === 0 && (
        <div className="pt-4">
          {q === '' && from === undefined && to === undefined ? (
            <Empty title="No log lines yet">
              <Link to="/add" className="text-accent underline">
                Add logs
              </Link>
            </Empty>
          ) : (
            <Empty title="No log lines match">
              <p>Remove words from the filter, or extend the time range. Old lines may have expired.</p>
            </Empty>
          )}
        </div>
      )}
      <ol className="bg-surface" aria-label="Log lines, newest first">
        {lines.map((event) => (
          <LogLine key={event.id} event={event} onNarrow={narrow} onContext={() => go({ line: event.id })} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button className="m-4" onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
          Load older lines
        </Button>
      )}
      {line !== undefined && <LogContext eventId={line} fallback={undefined} onClose={() => go({ line: undefined })} />}
    </Screen>
  )
}
