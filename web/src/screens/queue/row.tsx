import { type MouseEvent, memo, type ReactNode } from 'react'
import { isOpen, statusWord } from '../../alert/words.ts'
import { classNames } from '../../parts/class-names.ts'
import { SeverityMark } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'
import { columnsOf } from './columns.tsx'
import { type RowFrameProps, rowFrame } from './row-frame.ts'
import { RowMenuButton } from './row-menu.tsx'

interface RowProps extends RowFrameProps {
  readonly columns: readonly string[]
  readonly wide: boolean
  /** What somebody else has just done to it. */
  readonly mark: string | undefined
  /** Its menu, with its button, when it is open. */
  readonly menu: ReactNode
}

/** One alert in the queue: how grave, what, and where; two lines on a phone. */
export const Row = memo((props: RowProps) => {
  const { row, columns, wide, chosen, mark, onChoose, onMenu, menu } = props
  const { alert, key, within } = row
  const { severity, title, sentence, triage, status, last_seen, entities } = alert
  const check = (event: MouseEvent): void => {
    event.stopPropagation()
    onChoose(key, event.shiftKey)
  }
  // Who looks at open alerts is told when one no longer is.
  const asleep = alert.snoozed_until ? 'snoozed' : undefined
  const said = mark ?? asleep ?? (isOpen(alert) || columns.includes('status') ? undefined : statusWord(status))
  const host = entities.find(({ type }) => type === 'host')?.value
  return (
    <tr {...rowFrame(props)} {...(within !== undefined && { 'aria-level': 2 })}>
      <td className="flex h-full items-center">
        <label className="flex h-full min-h-6 w-full cursor-pointer items-center justify-center">
          <input
            type="checkbox"
            checked={chosen}
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
        <span className="tabular font-mono text-small font-medium" title="Risk, 0–100">
          {triage?.risk_score ?? '…'}
        </span>
      </td>
      <td className={classNames('min-w-0', within !== undefined && 'pl-5')}>
        <span className="block truncate">
          <span className="font-[550]">{title}</span>
          {said !== undefined && <span className="ml-2 rounded-chip bg-sel px-1.5 text-small text-accent">{said}</span>}
          {wide && <span className="ml-2 text-text-2">{sentence}</span>}
        </span>
        {!wide && (
          <span className="flex items-center gap-2 truncate text-small text-text-2">
            {host !== undefined && <span className="truncate font-mono">{host}</span>}
            <span>{statusWord(status)}</span>
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
      {/* What is clicked in the menu is no click on the row, although React has it so. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: it does nothing, and keeps the row from doing something. */}
      <td className="flex justify-center" onClick={(event) => event.stopPropagation()}>
        {menu || <RowMenuButton of={title} onClick={() => onMenu(key)} />}
      </td>
    </tr>
  )
})
