import { ChevronRight } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { classNames } from '../../parts/class-names.ts'
import { formatCount } from '../../parts/number.ts'
import { SeverityMark } from '../../parts/severity.tsx'
import { type RowFrameProps, rowFrame } from './row-frame.ts'
import { nameOf, RowMenuButton } from './row-menu.tsx'
import { mostMembers } from './use-members.ts'

interface GroupRowProps extends RowFrameProps {
  readonly unfolded: boolean
  readonly wide: boolean
  readonly menu: ReactNode
}

/** A group in the queue: what its alerts share, how many they are, and the one that leads it. */
export const GroupRow = memo((props: GroupRowProps) => {
  const { row, unfolded, wide, chosen, menu, onChoose, onMenu } = props
  const { alert, group } = row
  const name = nameOf(row)
  const count = group?.count ?? 0
  return (
    <tr {...rowFrame(props)} aria-expanded={unfolded} aria-level={1}>
      <td className="flex h-full items-center">
        <label className="flex h-full min-h-6 w-full cursor-pointer items-center justify-center">
          <input
            type="checkbox"
            checked={chosen}
            readOnly
            tabIndex={-1}
            aria-label={`Select all of ${name}`}
            onClick={(event) => {
              event.stopPropagation()
              onChoose(row.key, event.shiftKey)
            }}
            className="size-3.5 accent-(--accent)"
          />
        </label>
      </td>
      <td className="flex items-center gap-1.5">
        <SeverityMark severity={alert.severity} />
        <span className="sr-only">{alert.severity}, risk</span>
        <span className="tabular font-mono text-small font-medium" title="The highest in the order, 0–100">
          {alert.triage?.risk_score ?? '…'}
        </span>
      </td>
      <td className="flex min-w-0 items-center gap-2" style={{ gridColumn: '3 / -2' }}>
        <ChevronRight
          size={14}
          aria-hidden
          className={classNames('shrink-0 text-text-2 transition-transform', unfolded && 'rotate-90')}
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
            {unfolded && count > mostMembers ? `the first ${mostMembers} are below; its menu shows all` : alert.title}
          </span>
        </span>
      </td>
      {/* What is clicked in the menu is no click on the row, although React has it so. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: it does nothing, and keeps the row from doing something. */}
      <td className="flex justify-center" onClick={(event) => event.stopPropagation()}>
        {menu || <RowMenuButton of={name} onClick={() => onMenu(row.key)} />}
      </td>
    </tr>
  )
})
