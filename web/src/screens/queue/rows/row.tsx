import { type MouseEvent, memo, type ReactNode } from 'react'
import { isOpen, statusLabel } from '../../../alert/labels.ts'
import { classNames } from '../../../parts/class-names.ts'
import { SeverityMark } from '../../../parts/severity.tsx'
import { Time } from '../../../parts/time.tsx'
import { columnsOf } from './columns.tsx'
import { type RowFrameProps, rowFrame } from './row-frame.ts'
import { RowMenuButton } from './row-menu.tsx'

interface RowProps extends RowFrameProps {
  readonly columns: readonly string[]
  readonly wide: boolean
  /** A change that another user just made. */
  readonly mark: string | undefined
  /** The menu with its button, while it is open. */
  readonly menu: ReactNode
}

/** One alert in the queue: one line, or two on a phone. */
export const Row = memo((props: RowProps) => {
  const { row, columns, wide, selected, mark, onSelect, onMenu, menu } = props
  const { alert, key, within } = row
  const { severity, title, sentence, triage, status, last_seen, entities } = alert
  const check = (event: MouseEvent): void => {
    event.stopPropagation()
    onSelect(key, event.shiftKey)
  }
  const snoozed = alert.snoozed_until ? 'Snoozed' : undefined
  // Rows stay in place when an alert is closed, so show its new status.
  const badge = mark ?? snoozed ?? (isOpen(alert) || columns.includes('status') ? undefined : statusLabel(status))
  const host = entities.find(({ type }) => type === 'host')?.value
  return (
    <tr {...rowFrame(props)} {...(within !== undefined && { 'aria-level': 2 })}>
      <td className="flex h-full items-center">
        <label className="flex h-full min-h-6 w-full cursor-pointer items-center justify-center">
          <input
            type="checkbox"
            checked={selected}
            readOnly
            tabIndex={-1}
            aria-label={`Select ${title}`}
            onClick={check}
            className="size-3.5 accent-(--accent)"
          />
        </label>
      </td>
      <td className="flex items-center gap-1.5">
        <SeverityMark severity={severity} />
        <span className="sr-only">{severity}, risk</span>
        <span className="tabular font-mono text-small font-medium" title="Risk score, 0–100">
          {triage?.risk_score ?? '…'}
        </span>
      </td>
      <td className={classNames('min-w-0', within !== undefined && 'pl-5')}>
        <span className="block truncate">
          <span className="font-[550]">{title}</span>
          {badge !== undefined && (
            <span className="ml-2 rounded-chip bg-sel px-1.5 text-small text-accent">{badge}</span>
          )}
          {wide && <span className="ml-2 text-text-2">{sentence}</span>}
        </span>
        {!wide && (
          <span className="flex items-center gap-2 truncate text-small text-text-2">
            {host !== undefined && <span className="truncate font-mono">{host}</span>}
            <span>{statusLabel(status)}</span>
            <span className="ml-auto">
              <Time at={last_seen} show="ago" />
            </span>
          </span>
        )}
      </td>
      {wide &&
        columnsOf(columns).map(({ id: name, cell }) => (
          <td key={name} className="flex min-w-0 items-center">
            {cell(alert)}
          </td>
        ))}
      {/* React bubbles clicks in the menu's portal to the row. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only stops propagation. */}
      <td className="flex justify-center" onClick={(event) => event.stopPropagation()}>
        {menu || <RowMenuButton of={title} onClick={() => onMenu(key)} />}
      </td>
    </tr>
  )
})
