import { useNavigate } from '@tanstack/react-router'
import { ArrowUp, ListFilter } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AlertChange, Selection } from '../../alert/bulk-change.ts'
import { withClause } from '../../alert/filter-text.ts'
import { useAlertActions } from '../../alert/use-alert-actions.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { formatCount, plural } from '../../parts/number.ts'
import { remPx } from '../../parts/rem.ts'
import { ErrorNotice, Loading } from '../../parts/states.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { AlertPanel } from './alert-panel.tsx'
import { EmptyQueue } from './empty-queue.tsx'
import { AlertHistogram } from './filter/alert-histogram.tsx'
import { Facets } from './filter/facets.tsx'
import { useCounts } from './filter/use-counts.ts'
import { type Go, isChanged, type QueueSearch, type QueueView } from './queue-view.ts'
import { ColumnsMenu } from './rows/columns-menu.tsx'
import { GroupMenu } from './rows/group-menu.tsx'
import { type QueueRow, readKey } from './rows/row-key.ts'
import { QueueRows } from './rows/rows.tsx'
import { useChanges } from './rows/use-changes.ts'
import { useCursor } from './rows/use-cursor.ts'
import { useExpansion } from './rows/use-expansion.ts'
import { useMembers } from './rows/use-members.ts'
import { useRemoval } from './rows/use-removal.ts'
import { useRows } from './rows/use-rows.ts'
import { SelectionBar } from './selection-bar.tsx'
import { useQueueKeys } from './use-queue-keys.ts'
import {
  addToSelection,
  countSelected,
  formatSelection,
  isSelected,
  noSelection,
  parseSelection,
  type RowSelection,
  toAlertSelection,
  toggleSelected,
} from './use-selection.ts'

/** The minimum width for columns, in rem. Below it, alerts take two lines. */
const minColumnsWidth = 51.25

const noGroups: readonly string[] = []

/** Finds an alert by the key of its row or by its id. */
const findAlert = (rows: readonly QueueRow[], keyOrId: string | undefined) =>
  (rows.find(({ key }) => key === keyOrId) ?? rows.find(({ alert }) => alert.id === keyOrId))?.alert

/** Returns whether a row belongs to one of these groups, whose alerts may still be loading. */
const isWithin = (key: string, expanded: readonly string[]): boolean =>
  'id' in readKey(key) && expanded.some((filter) => key.endsWith(` ${filter}`))

interface QueueContentProps {
  readonly search: QueueSearch
  readonly view: QueueView
  readonly go: Go
  /** Called after the rows have loaded, so that counts can load next. */
  readonly onLoaded: () => void
}

/** The facets, histogram, rows, panel and actions of a view. */
export const QueueContent = ({ search, view, go, onLoaded }: QueueContentProps) => {
  const navigate = useNavigate()
  const list = useRows(view)
  const counts = useCounts(view, list)
  const loaded = list.answeredAt > 0
  useEffect(() => {
    if (loaded) onLoaded()
  }, [loaded, onLoaded])
  const members = useMembers(view, list, search.unfold ?? noGroups)
  const { newCount, marks } = useChanges(view, {
    rows: members.rows,
    asOf: list.asOf,
    replace(alert) {
      list.replace(alert)
      members.replace(alert)
    },
  })
  const { leaving, removed, remove } = useRemoval(list.answeredAt, members.loading)
  const rows = removed.size === 0 ? members.rows : members.rows.filter(({ key }) => !removed.has(key))
  const selected = parseSelection(search)
  const { activeKey, setActiveKey } = useCursor(search, go)
  const [frame, width] = useWidth<HTMLDivElement>()
  const wide = (width || window.innerWidth) >= minColumnsWidth * remPx()
  const [showFacets, setShowFacets] = useState(false)
  const [menuOf, setMenuOf] = useState<string>()
  const [showGroupMenu, setShowGroupMenu] = useState(false)
  const { open } = search
  const expansion = useExpansion(search, go, rows, setActiveKey)

  const select = (next: RowSelection): void => go({ sel: formatSelection(next) }, true)
  const indexOf = (key: string | undefined): number => rows.findIndex((row) => row.key === key)
  const rowOf = (key: string | undefined): QueueRow | undefined => rows[indexOf(key)]
  const show = ({ key, alert }: QueueRow): void => go({ open: alert.id, at: key, line: undefined }, true)
  /** Opens an alert or toggles a group. */
  const openRow = (key: string | undefined): void => {
    const row = rowOf(key)
    if (row?.group) expansion.toggle(row)
    else if (row) show(row)
  }

  const step = (by: number, extend: boolean): void => {
    const from = indexOf(activeKey)
    const next = rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]
    if (!next) return
    if (extend) select(addToSelection(selected, [...(activeKey === undefined ? [] : [activeKey]), next.key]))
    setActiveKey(next.key)
    if (open !== undefined) show(next)
  }
  const selectRow = (key: string, extend: boolean): void => {
    const [from, to] = [indexOf(activeKey), indexOf(key)].sort((a, b) => a - b)
    if (extend && from !== undefined && to !== undefined && from >= 0) {
      const keys = rows.slice(from, to + 1).map((row) => row.key)
      select(addToSelection(selected, keys))
    } else select(toggleSelected(selected, rowOf(key) ?? { key }))
    setActiveKey(key)
  }
  const selectAll = (): void => select({ all: !(selected.all && selected.keys.size === 0), keys: new Set() })

  const onChange = (target: Selection, change: AlertChange): void => {
    if ((change.action === 'close' || change.action === 'snooze') && /\b(open:true|status:)/.test(view.q)) {
      const some = selected.all || selected.keys.size > 0
      const isRemoved = (row: QueueRow): boolean => {
        if ('ids' in target) return !row.group && target.ids.includes(row.alert.id)
        return some ? isSelected(selected, row) : row.key === activeKey || row.within === activeKey
      }
      // Move the cursor to the next remaining row, not to the top.
      const from = Math.max(0, indexOf(activeKey))
      const next = rows.slice(from).find((row) => !isRemoved(row)) ?? rows.findLast((row) => !isRemoved(row))
      remove(rows.filter(isRemoved).map(({ key }) => key))
      if (next) setActiveKey(next.key)
      go({ sel: undefined, at: next?.key, ...(open !== undefined && { open: next?.alert.id, line: undefined }) }, true)
    } else go({ sel: undefined }, true)
  }
  const { actions, dialogs } = useAlertActions({
    selection: () => toAlertSelection(selected, view, list, open ?? activeKey),
    lead: findAlert(rows, selected.keys.size === 1 && !selected.all ? [...selected.keys][0] : (open ?? activeKey)),
    onChange,
  })

  useQueueKeys({
    step,
    openActive: () => openRow(activeKey),
    selectActive: () =>
      activeKey !== undefined && select(toggleSelected(selected, rowOf(activeKey) ?? { key: activeKey })),
    selectAll,
    back: () => (open === undefined ? select(noSelection) : go({ open: undefined, line: undefined }, true)),
    showNew: () => void list.showNew(),
    openMenu: () => setMenuOf(activeKey),
    expandActive: () => expansion.expand(activeKey),
    collapseActive: () => expansion.collapse(activeKey),
    openGroupMenu: () => setShowGroupMenu(true),
  })
  const openMenu = (key: string | undefined): void => {
    setMenuOf(key)
    const row = rowOf(key)
    if (!row || row.key === activeKey) return
    // The menu acts on its own row, so move the cursor and the panel there.
    if (open === undefined || row.group) setActiveKey(row.key)
    else show(row)
  }

  // Place the cursor on the first row.
  const first = rows[0]?.key
  const hasActive =
    activeKey !== undefined && (rowOf(activeKey) !== undefined || isWithin(activeKey, search.unfold ?? noGroups))
  useEffect(() => {
    if (first !== undefined && !hasActive && !list.stale) setActiveKey(first)
  }, [first, hasActive, list.stale, setActiveKey])

  const filter = (q: string): void => go({ q, at: undefined, sel: undefined })
  const count = countSelected(selected, list)
  const facets = <Facets view={view} counts={counts} onFilter={filter} />

  const failed = list.error !== null && rows.length === 0
  return (
    <div className="flex min-h-0 flex-1">
      <div className="hidden w-52 shrink-0 overflow-y-auto border-r border-line bg-surface md:block xl:w-60">
        {facets}
      </div>
      <div ref={frame} className="relative flex min-w-0 flex-1 flex-col">
        <div className="flex shrink-0 items-center gap-2 px-4 pt-2">
          <p className="tabular text-small text-text-2" role="status">
            {failed ? '' : list.loading ? 'Loading…' : plural(list.total, 'alert')}
          </p>
          {list.groupTotal !== undefined && (
            <p className="tabular text-small text-text-2">in {plural(list.groupTotal, 'group')}</p>
          )}
          {newCount > 0 && (
            <Button variant="ghost" className="h-6 text-accent" onClick={() => void list.showNew()}>
              <ArrowUp size={13} aria-hidden /> {formatCount(newCount)} new
            </Button>
          )}
          <span className="flex-1" />
          <Button variant="ghost" className="md:hidden" onClick={() => setShowFacets(true)}>
            <ListFilter size={14} aria-hidden /> Filters
          </Button>
          <GroupMenu
            field={view.group}
            open={showGroupMenu}
            onOpenChange={setShowGroupMenu}
            onSelect={(field) => go({ group: field ?? '', unfold: undefined, at: undefined, sel: undefined })}
          />
          {wide && <ColumnsMenu selected={view.columns} onSelect={(ids) => go({ cols: ids.join(',') }, true)} />}
        </div>
        <div className="max-sm:hidden">
          <AlertHistogram counts={counts.data} onTimeRange={(from, to) => go({ from, to, sel: undefined })} />
        </div>
        {failed ? (
          <ErrorNotice error={list.error} onRetry={list.retry} />
        ) : list.loading ? (
          <Loading label="Loading alerts…" />
        ) : rows.length === 0 && list.rows.length === 0 ? (
          <div className="pt-4">
            <EmptyQueue
              view={view}
              filtered={isChanged(search) && view.q !== 'open:true'}
              onReset={() => go({ q: undefined, from: undefined, to: undefined, at: undefined, sel: undefined })}
            />
          </div>
        ) : (
          <QueueRows
            view={view}
            rows={rows}
            total={list.total}
            list={list}
            wide={wide}
            activeKey={activeKey}
            selected={selected}
            leaving={leaving}
            marks={marks}
            onFocus={setActiveKey}
            onOpen={openRow}
            isExpanded={expansion.isExpanded}
            onSelect={selectRow}
            onSelectAll={selectAll}
            onSort={(sort) => go({ sort }, true)}
            menuOf={menuOf}
            onMenu={openMenu}
            menu={(row) => ({
              actions,
              selected: count,
              expanded: expansion.isExpanded(row),
              onShow: () => openRow(row.key),
              onFilter: (clause) => filter(withClause(view.q, clause)),
              onIncident: (incident) => void navigate({ to: '/incidents/$id', params: { id: incident } }),
            })}
          />
        )}
        {count > 0 && (
          <SelectionBar
            count={count}
            total={list.total}
            all={selected.all}
            actions={actions}
            onAll={() => select({ all: true, keys: new Set() })}
            onNone={() => select(noSelection)}
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
          onFilter={(clause) => filter(withClause(view.q, clause))}
          onStep={(by) => step(by, false)}
          onClose={() => go({ open: undefined, line: undefined }, true)}
          onIncident={(id) => void navigate({ to: '/incidents/$id', params: { id } })}
        />
      )}
      {showFacets && (
        <Dialog open onClose={() => setShowFacets(false)} title="Filters">
          {facets}
        </Dialog>
      )}
      {dialogs}
    </div>
  )
}
