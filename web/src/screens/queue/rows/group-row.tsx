import { ChevronRight } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { classNames } from '../../../parts/class-names.ts'
import { formatCount } from '../../../parts/number.ts'
import { SeverityMark } from '../../../parts/severity.tsx'
import { type RowFrameProps, rowFrame } from './row-frame.ts'
import { nameOf, RowMenuButton } from './row-menu.tsx'
import { maxMembers } from './use-members.ts'

interface GroupRowProps extends RowFrameProps {
  readonly expanded: boolean
  readonly wide: boolean
  readonly menu: ReactNode
}

/** A group of alerts: the shared value, the number of alerts and the top alert. */
export const GroupRow = memo((props: GroupRowProps) => {
  const { row, expanded, wide, selected, menu, onSelect, onMenu } = props
  const { alert, group } = row
  const name = nameOf(row)
  const count = group?.count ?? 0
  return (
    <tr {...rowFrame(props)} aria-expanded={expanded} aria-level={1}>
      <td className="flex h-full items-center">
        <label className="flex h-full min-h-6 w-full cursor-pointer items-center justify-center">
          <input
            type="checkbox"
            checked={selected}
            readOnly
            tabIndex={-1}
            aria-label={`Select all of ${name}`}
            onClick={(event) => {
              event.stopPropagation()
              onSelect(row.key, event.shiftKey)
            }}
            className="size-3.5 accent-(--accent)"
          />
        </label>
      </td>
      <td className="flex items-center gap-1.5">
        <SeverityMark severity={alert.severity} />
        <span className="sr-only">{alert.severity}, risk</span>
        <span className="tabular font-mono text-small font-medium" title="Risk score of the top alert, 0–100">
          {alert.triage?.risk_score ?? '…'}
        </span>
      </td>
      <td className="flex min-w-0 items-center gap-2" style={{ gridColumn: '3 / -2' }}>
        <ChevronRight
          size={14}
          aria-hidden
          className={classNames('shrink-0 text-text-2 transition-transform', expanded && 'rotate-90')}
        />
        <span className={classNames('flex min-w-0 flex-1', wide ? 'items-center gap-2' : 'flex-col')}>
          <span className="flex min-w-0 items-center gap-2">
            <span className="min-w-0 truncate font-semibold" title={name}>
              {name}
            </span>
            <span className="tabular shrink-0 rounded-chip border border-line px-1.5 text-small">
              {formatCount(count)}
              <span className="sr-only"> alerts</span>
            </span>
          </span>
          <span className={classNames('min-w-0 truncate text-text-2', !wide && 'text-small')}>
            {expanded && count > maxMembers
              ? `Shows the first ${maxMembers}. Use the menu to filter by this group`
              : alert.title}
          </span>
        </span>
      </td>
      {/* React bubbles clicks in the menu's portal to the row. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only stops propagation. */}
      <td className="flex justify-center" onClick={(event) => event.stopPropagation()}>
        {menu || <RowMenuButton of={name} onClick={() => onMenu(row.key)} />}
      </td>
    </tr>
  )
})
