import { Eye } from 'lucide-react'
import { useState } from 'react'
import type { Noun } from '../api/client.ts'
import { IconButton } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { usePrinting } from '../parts/printing.ts'
import { Time } from '../parts/time.tsx'
import { LogContext } from './log-context.tsx'

type Line = Noun<'Evidence'>

interface EvidenceProps {
  readonly lines: readonly Line[]
  /** The short ids with which a verdict cites the lines: `e1`. */
  readonly citations?: ReadonlyMap<string, string>
  /** The event shown in its log context. */
  readonly inContext: string | undefined
  readonly onContext: (eventId: string | undefined) => void
}

/** The evidence, oldest first. Each line can be shown in its log context. */
export const EvidenceLines = ({ lines, citations, inContext, onContext }: EvidenceProps) => (
  <>
    <ol className="divide-y divide-line" data-evidence>
      {lines.map((line) => (
        <EvidenceLine
          key={line.event_id}
          line={line}
          citation={citations?.get(line.event_id)}
          onContext={() => onContext(line.event_id)}
        />
      ))}
    </ol>
    {inContext !== undefined && (
      <LogContext
        eventId={inContext}
        fallback={lines.find(({ event_id }) => event_id === inContext)}
        onClose={() => onContext(undefined)}
      />
    )}
  </>
)

interface EvidenceLineProps {
  readonly line: Line
  readonly citation: string | undefined
  readonly onContext: () => void
}

const EvidenceLine = ({
  line: { event_id, time, line, summary, origin, role },
  citation,
  onContext,
}: EvidenceLineProps) => {
  const [opened, setOpened] = useState(false)
  const printing = usePrinting()
  const open = opened || printing
  return (
    <li id={`line-${event_id}`} className="flex scroll-mt-16 items-start gap-2 py-1.5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 text-small text-text-2">
          {citation !== undefined && <span className="font-mono">[{citation}]</span>}
          <Time at={time} show="clock" />
          {role !== undefined && <span className="font-medium text-text">{role}</span>}
          {origin !== undefined && (
            <span className="truncate font-mono print:whitespace-normal print:wrap-anywhere">{origin}</span>
          )}
        </p>
        <button
          type="button"
          onClick={() => setOpened(!opened)}
          aria-expanded={open}
          className={`log block w-full text-left ${open ? '' : 'line-clamp-2'}`}
        >
          {summary ?? line}
        </button>
        {open && summary !== undefined && (
          <div className="mt-1.5">
            <p className="log rounded-control bg-sel p-2 wrap-anywhere">{line}</p>
            <CopyButton text={line} label="Copy record" className="mt-1.5" />
          </div>
        )}
      </div>
      <IconButton label="View in context (v)" className="size-7" onClick={onContext} data-context={event_id}>
        <Eye size={15} aria-hidden />
      </IconButton>
    </li>
  )
}
