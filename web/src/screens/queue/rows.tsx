import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { classNames } from '../../parts/class-names.ts'
import { useStableCallback } from '../../parts/use-stable-callback.ts'
import { density } from '../../shell/density.ts'
import { columnsOf } from './columns.tsx'
import { GroupRow } from './group-row.tsx'
import type { Look, Sort } from './look.ts'
import { Row } from './row.tsx'
import { idOfRow, type QueueRow } from './row-key.ts'
import { RowMenu, type RowMenuProps } from './row-menu.tsx'
import type { Rows as RowsOfLook } from './use-rows.ts'
import { type Chosen, isChosen } from './use-selection.ts'

interface RowsProps {
  readonly look: Look
  readonly rows: readonly QueueRow[]
  readonly total: number
  readonly list: RowsOfLook
  readonly wide: boolean
  readonly at: string | undefined
  readonly chosen: Chosen
  readonly leaving: ReadonlySet<string>
  readonly marks: ReadonlyMap<string, string>
  readonly onPoint: (id: string) => void
  readonly onOpen: (id: string) => void
  readonly onChoose: (id: string, extend: boolean) => void
  readonly onChooseAll: () => void
  readonly onSort: (sort: Sort) => void
  /** Whose menu is open. */
  readonly menuOf: string | undefined
  readonly onMenu: (id: string | undefined) => void
  /** What stands in the menu of a row. */
  readonly menu: (row: QueueRow) => Omit<RowMenuProps, 'row' | 'onClose'>
  readonly isUnfolded: (row: QueueRow) => boolean
}

const heights = { comfortable: 40, default: 32, compact: 26 }
const phoneHeight = 56
const headHeight = 33

/** The rows, of which only those in view are drawn. They scroll in a window of their own. */
export const QueueRows = (props: RowsProps) => {
  const { look, rows, total, list, wide, at, chosen, leaving, marks, menuOf, onMenu, menu, isUnfolded } = props
  const [onPoint, onOpen, onChoose] = [
    useStableCallback(props.onPoint),
    useStableCallback(props.onOpen),
    useStableCallback(props.onChoose),
  ]
  const openMenu = useStableCallback(onMenu)
  const window = useRef<HTMLDivElement>(null)
  const height = density.use()
  const size = wide ? heights[height] : phoneHeight
  const grid = wide
    ? `2.25rem 3rem minmax(0,1fr) ${columnsOf(look.columns)
        .map(({ width }) => width)
        .join(' ')} 1.5rem`
    : '2.25rem 2.75rem minmax(0,1fr) 1.5rem'
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => window.current,
    estimateSize: () => size,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: all rows have another height when the size changes.
  useLayoutEffect(() => virtual.measure(), [size, virtual])

  const index = rows.findIndex(({ key }) => key === at)
  const place = useRef(index)
  useEffect(() => {
    if (index < 0 || index === place.current) return
    place.current = index
    virtual.scrollToIndex(index, { align: 'auto' })
    requestAnimationFrame(() => {
      const row = document.getElementById(idOfRow(at ?? ''))
      // Whoever types, or is in a dialog, a menu or the panel, stays there.
      const free = document.activeElement === document.body || window.current?.contains(document.activeElement)
      if (free && !document.querySelector('[role=menu]')) row?.focus({ preventScroll: true })
    })
  }, [index, at, virtual])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasMore, more } = list
  useEffect(() => {
    if (hasMore && last >= rows.length - 30) more()
  }, [hasMore, more, last, rows.length])

  return (
    <div
      ref={window}
      className={classNames(
        'min-h-0 flex-1 overflow-y-auto overscroll-contain bg-surface [scrollbar-gutter:stable]',
        list.stale && 'opacity-60',
      )}
    >
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: a table that is gone through with keys, row by row, is a grid, which has this. */}
      <table
        role={look.group ? 'treegrid' : 'grid'}
        aria-label="Alerts"
        aria-rowcount={look.group ? -1 : total + 1}
        aria-multiselectable
        className="block"
      >
        <Head {...props} grid={grid} />
        <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index: place, key, start }) => {
            const row = rows[place]
            if (!row) return null
            const frame = {
              ...{ row, grid, onPoint, onOpen, onChoose, onMenu: openMenu, wide },
              index: place,
              height: size,
              top: start - headHeight,
              at: row.key === at,
              chosen: isChosen(chosen, row),
              leaving: leaving.has(row.key),
              // There are many rows and at most one open menu.
              menu: menuOf === row.key && <RowMenu {...menu(row)} row={row} onClose={() => onMenu(undefined)} />,
            }
            return row.group ? (
              <GroupRow key={key} {...frame} unfolded={isUnfolded(row)} />
            ) : (
              <Row key={key} {...frame} columns={look.columns} mark={marks.get(row.alert.id)} />
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const Head = ({ look, wide, grid, chosen, total, onChooseAll, onSort }: RowsProps & { readonly grid: string }) => {
  const all = chosen.all && chosen.ids.size === 0
  const some = !all && (chosen.all || chosen.ids.size > 0)
  return (
    <thead className="sticky top-0 z-10 block border-b border-line-strong bg-surface text-small text-text-2">
      <tr className="grid h-8 items-center gap-x-3 pr-2" style={{ gridTemplateColumns: grid }}>
        <th scope="col" className="flex items-center justify-center">
          <label
            className="flex size-6 cursor-pointer items-center justify-center"
            title="Select all that match (Shift+X)"
          >
            <input
              type="checkbox"
              checked={all}
              readOnly
              disabled={total === 0}
              ref={(box) => {
                if (box) box.indeterminate = some
              }}
              onClick={onChooseAll}
              aria-label="Select all that match"
              className="size-3.5 accent-(--accent)"
            />
          </label>
        </th>
        <SortHead name="Risk" sort="-risk_score" look={look} onSort={onSort} />
        <th scope="col" className="text-left font-[450]">
          Alert
        </th>
        {wide &&
          columnsOf(look.columns).map(({ id, name, sort }) =>
            sort ? (
              <SortHead key={id} name={name} sort={sort} look={look} onSort={onSort} end />
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
  readonly look: Look
  readonly onSort: (sort: Sort) => void
  readonly end?: boolean
}

const upwardsOf = (sort: Sort): Sort | undefined => {
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

const SortHead = ({ name, sort, look, onSort, end = false }: SortHeadProps) => {
  const up = upwardsOf(sort)
  const [downwards, upwards] = [look.sort === sort, look.sort === up]
  const Sign = upwards ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      aria-sort={downwards ? 'descending' : upwards ? 'ascending' : 'none'}
      className={classNames('font-[450]', end ? 'text-right' : 'text-left')}
    >
      <button
        type="button"
        onClick={() => onSort(downwards && up ? up : sort)}
        className={classNames(
          'inline-flex min-h-6 items-center gap-1 rounded-chip hover:text-text',
          (downwards || upwards) && 'font-semibold text-text',
        )}
      >
        {name}
        <Sign size={12} aria-hidden className={downwards || upwards ? '' : 'opacity-0'} />
      </button>
    </th>
  )
}
