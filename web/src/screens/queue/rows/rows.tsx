import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { classNames } from '../../../parts/class-names.ts'
import { remPx } from '../../../parts/rem.ts'
import { useStableCallback } from '../../../parts/use-stable-callback.ts'
import { density } from '../../../shell/density.ts'
import type { QueueView, Sort } from '../queue-view.ts'
import { isSelected, type RowSelection } from '../use-selection.ts'
import { columnsOf } from './columns.tsx'
import { GroupRow } from './group-row.tsx'
import { Row } from './row.tsx'
import { idOfRow, type QueueRow } from './row-key.ts'
import { RowMenu, type RowMenuProps } from './row-menu.tsx'
import type { Rows } from './use-rows.ts'

interface QueueRowsProps {
  readonly view: QueueView
  readonly rows: readonly QueueRow[]
  readonly total: number
  readonly list: Rows
  readonly wide: boolean
  readonly activeKey: string | undefined
  readonly selected: RowSelection
  readonly leaving: ReadonlySet<string>
  readonly marks: ReadonlyMap<string, string>
  readonly onFocus: (id: string) => void
  readonly onOpen: (id: string) => void
  readonly onSelect: (id: string, extend: boolean) => void
  readonly onSelectAll: () => void
  readonly onSort: (sort: Sort) => void
  /** The row whose menu is open. */
  readonly menuOf: string | undefined
  readonly onMenu: (id: string | undefined) => void
  /** The props of the menu of a row. */
  readonly menu: (row: QueueRow) => Omit<RowMenuProps, 'row' | 'onClose'>
  readonly isExpanded: (row: QueueRow) => boolean
}

/** In rem, so that rows grow with the text size of the browser. */
const heights = { comfortable: 2.5, default: 2, compact: 1.625 }
const phoneHeight = 3.5

/** The virtualized rows, in a scroll container. */
export const QueueRows = (props: QueueRowsProps) => {
  const { view, rows, total, list, wide, activeKey, selected, leaving, marks, menuOf, onMenu, menu, isExpanded } = props
  const onFocus = useStableCallback(props.onFocus)
  const onOpen = useStableCallback(props.onOpen)
  const onSelect = useStableCallback(props.onSelect)
  const openMenu = useStableCallback(onMenu)
  const container = useRef<HTMLDivElement>(null)
  const height = density.use()
  const rem = remPx()
  const size = rem * (wide ? heights[height] : phoneHeight)
  /** Two rem and a border. */
  const headHeight = 2 * rem + 1
  const grid = wide
    ? `2.25rem 3rem minmax(0,1fr) ${columnsOf(view.columns)
        .map(({ width }) => width)
        .join(' ')} 1.5rem`
    : '2.25rem 2.75rem minmax(0,1fr) 1.5rem'
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => container.current,
    estimateSize: () => size,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: remeasure when the row height changes.
  useLayoutEffect(() => virtual.measure(), [size, virtual])

  const index = rows.findIndex(({ key }) => key === activeKey)
  const previousIndex = useRef(index)
  useEffect(() => {
    if (index < 0 || index === previousIndex.current) return
    previousIndex.current = index
    virtual.scrollToIndex(index, { align: 'auto' })
    requestAnimationFrame(() => {
      const row = document.getElementById(idOfRow(activeKey ?? ''))
      // Do not take the focus from an input, a dialog, a menu or the panel.
      const canFocus = document.activeElement === document.body || container.current?.contains(document.activeElement)
      if (canFocus && !document.querySelector('[role=menu]')) row?.focus({ preventScroll: true })
    })
  }, [index, activeKey, virtual])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasMore, more } = list
  useEffect(() => {
    if (hasMore && last >= rows.length - 30) more()
  }, [hasMore, more, last, rows.length])

  return (
    <div
      ref={container}
      className={classNames(
        'min-h-0 flex-1 overflow-y-auto overscroll-contain bg-surface [scrollbar-gutter:stable]',
        list.stale && 'opacity-60',
      )}
    >
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is grid or treegrid, which support these. */}
      <table
        role={view.group ? 'treegrid' : 'grid'}
        aria-label="Alerts"
        aria-rowcount={view.group ? -1 : total + 1}
        aria-multiselectable
        className="block"
      >
        <Head {...props} grid={grid} />
        <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index: rowIndex, key, start }) => {
            const row = rows[rowIndex]
            if (!row) return null
            const frame = {
              ...{ row, grid, onFocus, onOpen, onSelect, onMenu: openMenu, wide },
              index: rowIndex,
              height: size,
              top: start - headHeight,
              active: row.key === activeKey,
              selected: isSelected(selected, row),
              leaving: leaving.has(row.key),
              // Only one menu is open at a time, so the other rows render just its button.
              menu: menuOf === row.key && <RowMenu {...menu(row)} row={row} onClose={() => onMenu(undefined)} />,
            }
            return row.group ? (
              <GroupRow key={key} {...frame} expanded={isExpanded(row)} />
            ) : (
              <Row key={key} {...frame} columns={view.columns} mark={marks.get(row.alert.id)} />
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const Head = ({
  view,
  wide,
  grid,
  selected,
  total,
  onSelectAll,
  onSort,
}: QueueRowsProps & { readonly grid: string }) => {
  const all = selected.all && selected.keys.size === 0
  const some = !all && (selected.all || selected.keys.size > 0)
  return (
    <thead className="sticky top-0 z-10 block border-b border-line-strong bg-surface text-small text-text-2">
      <tr className="grid h-8 items-center gap-x-3 pr-2" style={{ gridTemplateColumns: grid }}>
        <th scope="col" className="flex items-center justify-center">
          <label className="flex size-6 cursor-pointer items-center justify-center" title="Select all (Shift+X)">
            <input
              type="checkbox"
              checked={all}
              readOnly
              disabled={total === 0}
              ref={(box) => {
                if (box) box.indeterminate = some
              }}
              onClick={onSelectAll}
              aria-label="Select all"
              className="size-3.5 accent-(--accent)"
            />
          </label>
        </th>
        <SortHead name="Risk" sort="-risk_score" view={view} onSort={onSort} />
        <th scope="col" className="text-left font-[450]">
          Alert
        </th>
        {wide &&
          columnsOf(view.columns).map(({ id, name, sort }) =>
            sort ? (
              <SortHead key={id} name={name} sort={sort} view={view} onSort={onSort} end />
            ) : (
              <th key={id} scope="col" className="text-left font-[450]">
                {name}
              </th>
            ),
          )}
      </tr>
    </thead>
  )
}

interface SortHeadProps {
  readonly name: string
  readonly sort: Sort
  readonly view: QueueView
  readonly onSort: (sort: Sort) => void
  readonly end?: boolean
}

const ascendingOf = (sort: Sort): Sort | undefined => {
  switch (sort) {
    case '-risk_score':
      return 'risk_score'
    case '-last_seen':
      return 'last_seen'
    case '-event_count':
      return 'event_count'
    default:
      return undefined
  }
}

const SortHead = ({ name, sort, view, onSort, end = false }: SortHeadProps) => {
  const ascending = ascendingOf(sort)
  const [isDescending, isAscending] = [view.sort === sort, view.sort === ascending]
  const Icon = isAscending ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      aria-sort={isDescending ? 'descending' : isAscending ? 'ascending' : 'none'}
      className={classNames('font-[450]', end ? 'text-right' : 'text-left')}
    >
      <button
        type="button"
        onClick={() => onSort(isDescending && ascending ? ascending : sort)}
        className={classNames(
          'inline-flex min-h-6 items-center gap-1 rounded-chip hover:text-text',
          (isDescending || isAscending) && 'font-semibold text-text',
        )}
      >
        {name}
        <Icon size={12} aria-hidden className={isDescending || isAscending ? '' : 'opacity-0'} />
      </button>
    </th>
  )
}
