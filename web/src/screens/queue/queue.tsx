import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { Loading } from '../../parts/states.tsx'
import { Screen } from '../../shell/screen.tsx'
import { FilterField } from './filter-field.tsx'
import { type Go, isChanged, lookOf, type QueueSearch } from './look.ts'
import { QueueOfLook } from './queue-of-look.tsx'
import { TimeMenu } from './time-menu.tsx'
import { usePhone } from './use-phone.ts'
import { useViews } from './use-views.ts'
import { ViewsBar } from './views-bar.tsx'

/** The triage queue: what waits for a decision, and the quickest way to one. */
export const Queue = () => {
  const search: QueueSearch = useSearch({ from: '/alerts' })
  const navigate = useNavigate({ from: '/alerts' })
  const [answered, setAnswered] = useState(false)
  const noticeAnswer = useCallback(() => setAnswered(true), [])
  const views = useViews(answered)
  const phone = usePhone()
  const view = views?.find(({ id }) => id === search.view)
  const look = useMemo(() => lookOf(search, view), [search, view])
  const router = useRouter()
  const go: Go = useCallback(
    (changes, replace = false) => {
      // What settles late calls nobody back who is on the way to another page.
      if (router.latestLocation.pathname !== '/alerts') return
      void navigate({ search: (before: QueueSearch) => without(before, changes), replace, resetScroll: false })
    },
    [navigate, router],
  )
  const filter = <FilterField q={look.q} onFilter={(q) => go({ q, at: undefined, sel: undefined })} />
  return (
    <Screen
      title="Queue"
      bar={
        <>
          {!phone && filter}
          <TimeMenu look={look} onSpan={(from, to) => go({ from, to, sel: undefined })} />
        </>
      }
    >
      {phone && <div className="border-b border-line bg-surface px-4 py-2">{filter}</div>}
      <div className="flex h-[calc(100dvh-3rem)] min-w-0 flex-col max-sm:h-[calc(100dvh-9.75rem)]">
        <ViewsBar
          views={views ?? []}
          current={search.view ?? 'open'}
          look={look}
          changed={isChanged(search)}
          onView={(id) => void navigate({ search: id === 'open' ? {} : { view: id } })}
        />
        {search.view !== undefined && views === undefined ? (
          <Loading label="Reading the views…" />
        ) : (
          <QueueOfLook key={search.view ?? 'open'} search={search} look={look} go={go} onAnswered={noticeAnswer} />
        )}
      </div>
    </Screen>
  )
}

/** The address with some parts changed; what is undefined falls out of it. */
const without = (before: QueueSearch, changes: Parameters<Go>[0]): QueueSearch =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined))
