import { useNavigate } from '@tanstack/react-router'
import { ArrowUp, ListFilter } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { AlertChange, Selection } from '../../alert/decide.ts'
import { withClause } from '../../alert/filter-text.ts'
import { useAlertActions } from '../../alert/use-alert-actions.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { formatCount, formatMany } from '../../parts/number.ts'
import { Failure, Loading } from '../../parts/states.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { AlertPanel } from './alert-panel.tsx'
import { Bars } from './bars.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { Facets } from './facets.tsx'
import { isChanged, type Look, type QueueSearch } from './look.ts'
import { Nothing } from './nothing.tsx'
import { QueueRows } from './rows.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { useChanges } from './use-changes.ts'
import { useLeaving } from './use-leaving.ts'
import { useQueueKeys } from './use-queue-keys.ts'
import { useRows } from './use-rows.ts'
import { type Chosen, choose, countChosen, readChosen, toggle, toSelection, writeChosen } from './use-selection.ts'

/** So much room it takes to show an alert in one line. */
const widthOfColumns = 820

export type Go = (
  changes: { readonly [Name in keyof QueueSearch]: QueueSearch[Name] | undefined },
  replace?: boolean,
) => void

interface QueueOfLookProps {
  readonly search: QueueSearch
  readonly look: Look
  readonly go: Go
}

/** What a look shows: facets, bars, rows, the panel, and what can be done. */
export const QueueOfLook = ({ search, look, go }: QueueOfLookProps) => {
  const navigate = useNavigate()
  const list = useRows(look)
  const { newCount, marks } = useChanges(look, list)
  const { leaving, gone, leave } = useLeaving(list.answeredAt)
  const rows = gone.size === 0 ? list.rows : list.rows.filter(({ id }) => !gone.has(id))
  const chosen = readChosen(search)
  const { at, setAt } = useAt(search, go)
  const [frame, width] = useWidth<HTMLDivElement>()
  const wide = (width || window.innerWidth) >= widthOfColumns
  const [facets, setFacets] = useState(false)
  const [menuOf, setMenuOf] = useState<string>()
  const { open } = search

  const keep = (next: Chosen): void => go({ sel: writeChosen(next) }, true)
  const indexOf = (id: string | undefined): number => rows.findIndex((row) => row.id === id)
  const show = useCallback((id: string) => go({ open: id, at: id, line: undefined }, true), [go])

  const step = (by: number, extend: boolean): void => {
    const from = indexOf(at)
    const next = rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]
    if (!next) return
    if (extend) keep(choose(chosen, [...(at === undefined ? [] : [at]), next.id]))
    setAt(next.id)
    if (open !== undefined) show(next.id)
  }
  const chooseOne = (id: string, extend: boolean): void => {
    const [from, to] = [indexOf(at), indexOf(id)].sort((a, b) => a - b)
    if (extend && from !== undefined && to !== undefined && from >= 0) {
      keep(
        choose(
          chosen,
          rows.slice(from, to + 1).map((row) => row.id),
        ),
      )
    } else keep(toggle(chosen, id))
    setAt(id)
  }
  const chooseAll = (): void => keep({ all: !(chosen.all && chosen.ids.size === 0), ids: new Set() })

  const onDecided = (which: Selection, change: AlertChange): void => {
    if ((change.action === 'close' || change.action === 'snooze') && /\b(open:true|status:)/.test(look.q)) {
      const ids = 'ids' in which ? which.ids : rows.flatMap(({ id }) => (which.exclude.includes(id) ? [] : [id]))
      const left = rows.filter(({ id }) => !ids.includes(id))
      // On to the next one that stays, never to the top.
      const from = Math.max(0, indexOf(at))
      const next = rows.slice(from).find(({ id }) => !ids.includes(id)) ?? left.at(-1)
      leave(ids)
      if (next) setAt(next.id)
      go({ sel: undefined, at: next?.id, ...(open !== undefined && { open: next?.id, line: undefined }) }, true)
    } else go({ sel: undefined }, true)
  }
  const { actions, dialogs } = useAlertActions({
    selection: () => toSelection(chosen, look, list, open ?? at),
    lead: rows.find(({ id }) => id === (chosen.ids.size === 1 && !chosen.all ? [...chosen.ids][0] : (open ?? at))),
    onDecided,
  })

  useQueueKeys({
    step,
    openAt: () => at !== undefined && show(at),
    chooseAt: () => at !== undefined && keep(toggle(chosen, at)),
    chooseAll,
    back: () =>
      open === undefined ? keep({ all: false, ids: new Set() }) : go({ open: undefined, line: undefined }, true),
    showNew: () => void list.renew(),
    menuAt: () => setMenuOf(at),
  })
  const openMenu = (id: string | undefined): void => {
    setMenuOf(id)
    // What the menu does, it does to its row: the panel, if there is one, shows the same.
    if (id !== undefined && id !== at) open === undefined ? setAt(id) : show(id)
  }

  // The keyboard starts at the first row.
  const first = rows[0]?.id
  useEffect(() => {
    if (first !== undefined && (at === undefined || !list.rows.some(({ id }) => id === at)) && !list.stale) setAt(first)
  }, [first, at, list.rows, list.stale, setAt])

  const filter = (q: string): void => go({ q, at: undefined, sel: undefined })
  const count = countChosen(chosen, list.total)
  // Counting waits for the rows: they are what was asked for, and they say of which moment the counts are to be.
  const asOf = list.stale ? undefined : list.asOf
  const facetList = <Facets look={look} asOf={asOf} answeredAt={list.answeredAt} onFilter={filter} />

  if (list.error && rows.length === 0) return <Failure error={list.error} onRetry={list.again} />
  return (
    <div className="flex min-h-0 flex-1">
      <div className="hidden w-52 shrink-0 overflow-y-auto border-r border-line bg-surface md:block xl:w-60">
        {facetList}
      </div>
      <div ref={frame} className="relative flex min-w-0 flex-1 flex-col">
        <div className="flex shrink-0 items-center gap-2 px-4 pt-2">
          <p className="tabular text-small text-text-2" role="status">
            {list.loading ? 'Reading…' : `${formatMany(list.total, 'alert')}`}
          </p>
          {newCount > 0 && (
            <Button look="ghost" className="h-6 text-accent" onClick={() => void list.renew()}>
              <ArrowUp size={13} aria-hidden /> {formatCount(newCount)} new
            </Button>
          )}
          <span className="flex-1" />
          <Button look="ghost" className="md:hidden" onClick={() => setFacets(true)}>
            <ListFilter size={14} aria-hidden /> Filters
          </Button>
          {wide && <ColumnsMenu chosen={look.columns} onChoose={(ids) => go({ cols: ids.join(',') }, true)} />}
        </div>
        <div className="max-sm:hidden">
          <Bars
            look={look}
            asOf={asOf}
            answeredAt={list.answeredAt}
            onSpan={(from, to) => go({ from, to, sel: undefined })}
          />
        </div>
        {list.loading ? (
          <Loading what="Reading the alerts…" />
        ) : rows.length === 0 && list.rows.length === 0 ? (
          <div className="pt-4">
            <Nothing
              look={look}
              narrowed={isChanged(search) && look.q !== 'open:true'}
              onClear={() => go({ q: undefined, from: undefined, to: undefined, at: undefined, sel: undefined })}
            />
          </div>
        ) : (
          <QueueRows
            look={look}
            rows={rows}
            total={list.total}
            list={list}
            wide={wide}
            at={at}
            chosen={chosen}
            leaving={leaving}
            marks={marks}
            onPoint={setAt}
            onOpen={show}
            onChoose={chooseOne}
            onChooseAll={chooseAll}
            onSort={(sort) => go({ sort }, true)}
            menuOf={menuOf}
            onMenu={openMenu}
            menu={({ id }) => ({
              actions,
              chosen: count,
              onShow: () => show(id),
              onFilter: (clause) => filter(withClause(look.q, clause)),
              onIncident: (incident) => void navigate({ to: '/incidents/$id', params: { id: incident } }),
            })}
          />
        )}
        {count > 0 && (
          <SelectionBar
            count={count}
            total={list.total}
            all={chosen.all}
            actions={actions}
            onAll={() => keep({ all: true, ids: new Set() })}
            onNone={() => keep({ all: false, ids: new Set() })}
          />
        )}
      </div>
      {open !== undefined && (
        <AlertPanel
          id={open}
          known={list.rows.find(({ id }) => id === open)}
          actions={actions}
          line={search.line}
          onLine={(line) => go({ line }, true)}
          onFilter={(clause) => filter(withClause(look.q, clause))}
          onStep={(by) => step(by, false)}
          onClose={() => go({ open: undefined, line: undefined }, true)}
          onIncident={(id) => void navigate({ to: '/incidents/$id', params: { id } })}
        />
      )}
      {facets && (
        <Dialog open onClose={() => setFacets(false)} title="Filters">
          {facetList}
        </Dialog>
      )}
      {dialogs}
    </div>
  )
}

const settleMs = 250

/** Where the keyboard is: kept at once here, and in the address when it has rested for a moment. */
const useAt = ({ at: inAddress }: QueueSearch, go: Go) => {
  const [at, set] = useState(inAddress)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const setAt = useCallback(
    (id: string) => {
      set(id)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => go({ at: id }, true), settleMs)
    },
    [go],
  )
  useEffect(() => () => clearTimeout(timer.current), [])
  return { at, setAt }
}
