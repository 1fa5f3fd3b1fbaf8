import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { answerOf, api } from '../../api/client.ts'
import { FilterField } from '../../parts/filter-field.tsx'
import { ErrorNotice, Loading } from '../../parts/states.tsx'
import { TimeMenu } from '../../parts/time-menu.tsx'
import { Screen } from '../../shell/screen.tsx'
import { QueueContent } from './queue-content.tsx'
import { type Go, isChanged, type QueueSearch, viewOf } from './queue-view.ts'
import { useViews } from './views/use-views.ts'
import { ViewsBar } from './views/views-bar.tsx'

const checkFilter = (q: string): Promise<unknown> =>
  answerOf(api.GET('/api/v1/alerts/heads', { params: { query: { q, limit: 1 } } }))

/** The triage queue: the alerts that need a decision. */
export const Queue = () => {
  const search: QueueSearch = useSearch({ from: '/alerts' })
  const navigate = useNavigate({ from: '/alerts' })
  const [loaded, setLoaded] = useState(false)
  const onLoaded = useCallback(() => setLoaded(true), [])
  const { views: savedViews, error: viewsError, retry: retryViews } = useViews(loaded)
  const isPhone = useIsPhone()
  const savedView = savedViews?.find(({ id }) => id === search.view)
  const view = useMemo(() => viewOf(search, savedView), [search, savedView])
  const router = useRouter()
  const go: Go = useCallback(
    (changes, replace = false) => {
      // A delayed update must not navigate back from another page.
      if (router.latestLocation.pathname !== '/alerts') return
      void navigate({ search: (before: QueueSearch) => withChanges(before, changes), replace, resetScroll: false })
    },
    [navigate, router],
  )
  const filter = (
    <FilterField
      screen="Queue"
      label="Filter alerts"
      placeholder="severity:>=high host:web* failed"
      q={view.q}
      check={checkFilter}
      onFilter={(q) => go({ q, at: undefined, sel: undefined })}
    />
  )
  return (
    <Screen
      title="Queue"
      bar={
        <>
          {!isPhone && filter}
          <TimeMenu range={view} onTimeRange={(from, to) => go({ from, to, sel: undefined })} />
        </>
      }
    >
      {isPhone && <div className="border-b border-line bg-surface px-4 py-2">{filter}</div>}
      <div className="flex h-[calc(100dvh-3rem)] min-w-0 flex-col max-sm:h-[calc(100dvh-9.875rem)]">
        <ViewsBar
          views={savedViews ?? []}
          current={search.view ?? 'open'}
          view={view}
          changed={isChanged(search)}
          onView={(id) => void navigate({ search: id === 'open' ? {} : { view: id } })}
        />
        {search.view !== undefined && savedViews === undefined ? (
          viewsError ? (
            <ErrorNotice error={viewsError} onRetry={retryViews} />
          ) : (
            <Loading label="Loading views…" />
          )
        ) : (
          <QueueContent key={search.view ?? 'open'} search={search} view={view} go={go} onLoaded={onLoaded} />
        )}
      </div>
    </Screen>
  )
}

const phone = matchMedia('(max-width: 639px)')

/** Returns whether the viewport is as narrow as a phone. */
const useIsPhone = (): boolean =>
  useSyncExternalStore(
    (notify) => {
      phone.addEventListener('change', notify)
      return () => phone.removeEventListener('change', notify)
    },
    () => phone.matches,
  )

/** Applies changes to the URL state. Undefined values are removed. */
const withChanges = (before: QueueSearch, changes: Parameters<Go>[0]): QueueSearch =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined))
