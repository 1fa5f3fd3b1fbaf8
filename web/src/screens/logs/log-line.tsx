import { Eye, ZoomIn, ZoomOut } from 'lucide-react'
import { useId, useState } from 'react'
import type { Noun } from '../../api/client.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { classNames } from '../../parts/class-names.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Time } from '../../parts/time.tsx'

interface LogLineProps {
  readonly event: Noun<'Event'>
  /** Adds a value of a field to the filter, or excludes it. */
  readonly onNarrow: (field: string, value: string, exclude: boolean) => void
  readonly onContext: () => void
}

/** A log line. It opens to its fields. */
export const LogLine = ({ event, onNarrow, onContext }: LogLineProps) => {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { time, stream, message, original } = event
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="grid w-full gap-x-4 px-4 py-1 text-left -outline-offset-2 hover:bg-hover md:grid-cols-[auto_14rem_minmax(0,1fr)] md:px-6"
      >
        <span className="pt-px text-small text-text-2">
          <Time at={time} show="second" />
        </span>
        <span className="truncate pt-px font-mono text-small text-text-2" title={stream}>
          {stream}
        </span>
        <span className={classNames('log min-w-0', !open && 'line-clamp-2', isError(event) && 'text-high')}>
          {message === '' ? original : message}
        </span>
      </button>
      <div id={id} hidden={!open} className="px-4 pb-3 md:px-6">
        {open && <Fields event={event} onNarrow={onNarrow} onContext={onContext} />}
      </div>
    </li>
  )
}

const isError = ({ fields }: Noun<'Event'>): boolean =>
  ['error', 'critical', 'alert', 'emergency', 'fatal'].includes(String(fields['log.level'] ?? '').toLowerCase())

const Fields = ({ event, onNarrow, onContext }: LogLineProps) => {
  const { source, template, original, message, time_guessed, fields } = event
  const rows = [
    ['source', source],
    ...Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  ] as [string, string][]
  return (
    <>
      <dl className="grid gap-x-4 sm:grid-cols-[12rem_minmax(0,1fr)]">
        {rows.map(([name, value]) => (
          <div key={name} className="group col-span-full grid min-h-7 grid-cols-subgrid items-center">
            <dt className="font-mono text-small text-text-2 wrap-anywhere">{name}</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <span className="log min-w-0 wrap-anywhere">{value}</span>
              <IconButton
                label={`Only ${name} ${value}`}
                className="size-6"
                onClick={() => onNarrow(name, value, false)}
              >
                <ZoomIn size={13} aria-hidden />
              </IconButton>
              <IconButton
                label={`Without ${name} ${value}`}
                className="size-6"
                onClick={() => onNarrow(name, value, true)}
              >
                <ZoomOut size={13} aria-hidden />
              </IconButton>
            </dd>
          </div>
        ))}
        {template && (
          <div className="col-span-full grid min-h-7 grid-cols-subgrid items-center">
            <dt className="text-small text-text-2">Pattern</dt>
            <dd className="log min-w-0 wrap-anywhere">
              <button
                type="button"
                className="text-left text-accent hover:underline"
                title="Only lines of this pattern"
                onClick={() => onNarrow('template', template.id, false)}
              >
                {template.text}
              </button>
            </dd>
          </div>
        )}
      </dl>
      {time_guessed && (
        <p className="mt-1 text-small text-text-2">The line has no complete time: a part of it was inferred.</p>
      )}
      {original !== message && <p className="log mt-2 rounded-control bg-sel p-2 wrap-anywhere">{original}</p>}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button onClick={onContext}>
          <Eye size={14} aria-hidden />
          Show lines before and after
        </Button>
        <CopyButton text={original} label="Copy line" />
      </div>
    </>
  )
}
