import { useNavigate } from '@tanstack/react-router'
import { ArrowUp, ListFilter } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AlertChange, Selection } from '../../alert/decide.ts'
import { withClause } from '../../alert/filter-text.ts'
import { useAlertActions } from '../../alert/use-alert-actions.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { formatCount, plural } from '../../parts/number.ts'
import { ErrorNotice, Loading } from '../../parts/states.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { AlertPanel } from './alert-panel.tsx'
import { Bars } from './bars.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { Facets } from './facets.tsx'
import { GroupMenu } from './group-menu.tsx'
import { type Go, isChanged, type Look, type QueueSearch } from './look.ts'
import { Nothing } from './nothing.tsx'
import { type QueueRow, readKey } from './row-key.ts'
import { QueueRows } from './rows.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { useAt } from './use-at.ts'
import { useChanges } from './use-changes.ts'
import { useCounts } from './use-counts.ts'
import { useFolding } from './use-folding.ts'
import { useLeaving } from './use-leaving.ts'
import { useMembers } from './use-members.ts'
import { useQueueKeys } from './use-queue-keys.ts'
import { useRows } from './use-rows.ts'
import {
  type Chosen,
  choose,
  countChosen,
  isChosen,
  readChosen,
  toggle,
  toSelection,
  writeChosen,
} from './use-selection.ts'

/** So much room it takes to show an alert in one line. */
const widthOfColumns = 820

const folded: readonly string[] = []

/** The alert of a row, by its key or by the id of the alert. */
const leadOf = (rows: readonly QueueRow[], wanted: string | undefined) =>
  (rows.find(({ key }) => key === wanted) ?? rows.find(({ alert }) => alert.id === wanted))?.alert

/** Whether a row is to be within one of these groups, although its alerts have not come yet. */
const isWithin = (key: string, unfolded: readonly string[]): boolean =>
  'id' in readKey(key) && unfolded.some((filter) => key.endsWith(` ${filter}`))

interface QueueOfLookProps {
  readonly search: QueueSearch
  readonly look: Look
  readonly go: Go
  /** Called when rows have come: what only counts them waited for that. */
  readonly onAnswered: () => void
}

/** What a look shows: facets, bars, rows, the panel, and what can be done. */
export const QueueOfLook = ({ search, look, go, onAnswered }: QueueOfLookProps) => {
  const navigate = useNavigate()
  const list = useRows(look)
  const counts = useCounts(look, list)
  const answered = list.answeredAt > 0
  useEffect(() => {
    if (answered) onAnswered()
  }, [answered, onAnswered])
  const members = useMembers(look, list, search.unfold ?? folded)
  const { newCount, marks } = useChanges(look, {
    rows: members.rows,
    asOf: list.asOf,
    replace(alert) {
      list.replace(alert)
      members.replace(alert)
    },
  })
  const { leaving, gone, leave } = useLeaving(list.answeredAt, members.reading)
  const rows = gone.size === 0 ? members.rows : members.rows.filter(({ key }) => !gone.has(key))
  const chosen = readChosen(search)
  const { at, setAt } = useAt(search, go)
  const [frame, width] = useWidth<HTMLDivElement>()
  const wide = (width || window.innerWidth) >= widthOfColumns
  const [facets, setFacets] = useState(false)
  const [menuOf, setMenuOf] = useState<string>()
  const [grouping, setGrouping] = useState(false)
  const { open } = search
  const folding = useFolding(search, go, rows, setAt)

  const keep = (next: Chosen): void => go({ sel: writeChosen(next) }, true)
  const indexOf = (key: string | undefined): number => rows.findIndex((row) => row.key === key)
  const rowOf = (key: string | undefined): QueueRow | undefined => rows[indexOf(key)]
  const show = ({ key, alert }: QueueRow): void => go({ open: alert.id, at: key, line: undefined }, true)
  /** A group unfolds, an alert opens. */
  const enter = (key: string | undefined): void => {
    const row = rowOf(key)
    if (row?.group) folding.turn(row)
    else if (row) show(row)
  }

  const step = (by: number, extend: boolean): void => {
    const from = indexOf(at)
    const next = rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]
    if (!next) return
    if (extend) keep(choose(chosen, [...(at === undefined ? [] : [at]), next.key]))
    setAt(next.key)
    if (open !== undefined) show(next)
  }
  const chooseOne = (key: string, extend: boolean): void => {
    const [from, to] = [indexOf(at), indexOf(key)].sort((a, b) => a - b)
    if (extend && from !== undefined && to !== undefined && from >= 0) {
      keep(
        choose(
          chosen,
          rows.slice(from, to + 1).map((row) => row.key),
        ),
      )
    } else keep(toggle(chosen, rowOf(key) ?? { key }))
    setAt(key)
  }
  const chooseAll = (): void => keep({ all: !(chosen.all && chosen.ids.size === 0), ids: new Set() })

  const onDecided = (which: Selection, change: AlertChange): void => {
    if ((change.action === 'close' || change.action === 'snooze') && /\b(open:true|status:)/.test(look.q)) {
      const some = chosen.all || chosen.ids.size > 0
      const goes = (row: QueueRow): boolean => {
        if ('ids' in which) return !row.group && which.ids.includes(row.alert.id)
        return some ? isChosen(chosen, row) : row.key === at || row.within === at
      }
      // On to the next one that stays, never to the top.
      const from = Math.max(0, indexOf(at))
      const next = rows.slice(from).find((row) => !goes(row)) ?? rows.findLast((row) => !goes(row))
      leave(rows.filter(goes).map(({ key }) => key))
      if (next) setAt(next.key)
      go({ sel: undefined, at: next?.key, ...(open !== undefined && { open: next?.alert.id, line: undefined }) }, true)
    } else go({ sel: undefined }, true)
  }
  const { actions, dialogs } = useAlertActions({
    selection: () => toSelection(chosen, look, list, open ?? at),
    lead: leadOf(rows, chosen.ids.size === 1 && !chosen.all ? [...chosen.ids][0] : (open ?? at)),
    onDecided,
  })

  useQueueKeys({
    step,
    openAt: () => enter(at),
    chooseAt: () => at !== undefined && keep(toggle(chosen, rowOf(at) ?? { key: at })),
    chooseAll,
    back: () =>
      open === undefined ? keep({ all: false, ids: new Set() }) : go({ open: undefined, line: undefined }, true),
    showNew: () => void list.renew(),
    menuAt: () => setMenuOf(at),
    unfoldAt: () => folding.unfoldAt(at),
    foldAt: () => folding.foldAt(at),
    chooseGroup: () => setGrouping(true),
  })
  const openMenu = (key: string | undefined): void => {
    setMenuOf(key)
    const row = rowOf(key)
    if (!row || row.key === at) return
    // What the menu does, it does to its row: the panel, if there is one, shows the same.
    if (open === undefined || row.group) setAt(row.key)
    else show(row)
  }

  // The keyboard starts at the first row.
  const first = rows[0]?.key
  const isThere = at !== undefined && (rowOf(at) !== undefined || isWithin(at, search.unfold ?? folded))
  useEffect(() => {
    if (first !== undefined && !isThere && !list.stale) setAt(first)
  }, [first, isThere, list.stale, setAt])

  const filter = (q: string): void => go({ q, at: undefined, sel: undefined })
  const count = countChosen(chosen, list)
  const facetList = <Facets look={look} counts={counts} onFilter={filter} />

  const failed = list.error !== null && rows.length === 0
  return (
    <div className="flex min-h-0 flex-1">
      <div className="hidden w-52 shrink-0 overflow-y-auto border-r border-line bg-surface md:block xl:w-60">
        {facetList}
      </div>
      <div ref={frame} className="relative flex min-w-0 flex-1 flex-col">
        <div className="flex shrink-0 items-center gap-2 px-4 pt-2">
          <p className="tabular text-small text-text-2" role="status">
            {failed ? '' : list.loading ? 'Reading…' : `${plural(list.total, 'alert')}`}
          </p>
          {list.groupTotal !== undefined && (
            <p className="tabular text-small text-text-2">in {plural(list.groupTotal, 'group')}</p>
          )}
          {newCount > 0 && (
            <Button variant="ghost" className="h-6 text-accent" onClick={() => void list.renew()}>
              <ArrowUp size={13} aria-hidden /> {formatCount(newCount)} new
            </Button>
          )}
          <span className="flex-1" />
          <Button variant="ghost" className="md:hidden" onClick={() => setFacets(true)}>
            <ListFilter size={14} aria-hidden /> Filters
          </Button>
          <GroupMenu
            field={look.group}
            open={grouping}
            onOpen={setGrouping}
            onChoose={(field) => go({ group: field ?? '', unfold: undefined, at: undefined, sel: undefined })}
          />
          {wide && <ColumnsMenu chosen={look.columns} onChoose={(ids) => go({ cols: ids.join(',') }, true)} />}
        </div>
        <div className="max-sm:hidden">
          <Bars counts={counts.data} onSpan={(from, to) => go({ from, to, sel: undefined })} />
        </div>
        {failed ? (
          <ErrorNotice error={list.error} onRetry={list.again} />
        ) : list.loading ? (
          <Loading label="Reading the alerts…" />
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
            onOpen={enter}
            isUnfolded={folding.isUnfolded}
            onChoose={chooseOne}
            onChooseAll={chooseAll}
            onSort={(sort) => go({ sort }, true)}
            menuOf={menuOf}
            onMenu={openMenu}
            menu={(row) => ({
              actions,
              chosen: count,
              unfolded: folding.isUnfolded(row),
              onShow: () => enter(row.key),
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
          known={rows.find(({ alert }) => alert.id === open)?.alert}
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
