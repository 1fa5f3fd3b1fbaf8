import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { AlertDetails, alertQuery } from '../../alert/alert-details.tsx'
import { isOpen, resolutionLabel, statusLabel } from '../../alert/labels.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import type { Noun } from '../../api/client.ts'
import { Button, buttonClass, IconButton } from '../../parts/button.tsx'
import { Kbd } from '../../parts/kbd.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'
import { useKeys } from '../../shell/keys.ts'

interface AlertPanelProps {
  readonly id: string
  /** The alert from the row, shown while the details load. */
  readonly known: Noun<'AlertHead'> | undefined
  readonly actions: readonly AlertAction[]
  readonly line: string | undefined
  readonly onLine: (eventId: string | undefined) => void
  readonly onFilter: (clause: string) => void
  readonly onStep: (by: number) => void
  readonly onClose: () => void
  readonly onIncident: (id: string) => void
}

/** The details of one alert: next to the queue on a wide screen, over it on a narrow one. */
export const AlertPanel = (props: AlertPanelProps) => {
  const { id, known, line, onLine, onFilter, onClose, onStep } = props
  const details = useQuery(alertQuery(id))
  const head = details.data ?? known
  const panel = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: scroll to the top when the alert changes.
  useEffect(() => {
    panel.current?.scrollTo(0, 0)
  }, [id])
  return (
    <aside
      ref={panel}
      aria-label="Alert"
      className="fixed inset-x-0 top-12 bottom-0 z-30 flex flex-col overflow-y-auto bg-surface max-sm:bottom-14 sm:left-14 lg:static lg:z-auto lg:w-[480px] lg:shrink-0 lg:border-l lg:border-line xl:w-[560px]"
    >
      <div className="sticky top-0 z-10 flex items-center gap-1 border-b border-line bg-surface px-2 py-1.5">
        <IconButton label="Next alert (])" onClick={() => onStep(1)}>
          <ChevronDown size={16} aria-hidden />
        </IconButton>
        <IconButton label="Previous alert ([)" onClick={() => onStep(-1)}>
          <ChevronUp size={16} aria-hidden />
        </IconButton>
        <span className="flex-1" />
        <IconButton label="Close panel (Esc)" onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {head && <PanelHead {...props} alert={head} />}
      <QueryView query={details} loading="Loading alert…">
        {(alert) => <AlertDetails alert={alert} line={line} onLine={onLine} onFilter={onFilter} />}
      </QueryView>
    </aside>
  )
}

const PanelHead = ({ alert, actions, onStep, onIncident }: AlertPanelProps & { readonly alert: Noun<'AlertHead'> }) => {
  const { severity, title, status, assignee, resolution, first_seen, last_seen, incident_id, learning } = alert
  const shown = actions.filter(({ keys }) => {
    if (keys === 'Shift+s') return Boolean(alert.snoozed_until)
    return isOpen(alert) ? keys !== 'Shift+r' : ['Shift+r', 'n', 'm'].includes(keys)
  })
  useKeys('Alert', [
    { keys: ']', label: 'Next alert', run: () => onStep(1) },
    { keys: '[', label: 'Previous alert', run: () => onStep(-1) },
    ...(incident_id === null ? [] : [{ keys: 'i', label: 'Open incident', run: () => onIncident(incident_id) }]),
  ])
  return (
    <header className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-text-2">
        <SeverityBadge severity={severity} />
        <span>{statusLabel(status)}</span>
        {resolution !== null && <span>Closed as {resolutionLabel(resolution).toLowerCase()}</span>}
        {assignee !== null && <span>{assignee}</span>}
        {alert.snoozed_until && (
          <span>
            Snoozed until <Time at={alert.snoozed_until} show="clock" />
          </span>
        )}
        {learning && <span title="The detector is still learning what is usual">Learning</span>}
      </div>
      <h2 className="text-title text-balance">{title}</h2>
      <p className="text-small text-text-2">
        <Time at={first_seen} show="clock" /> – <Time at={last_seen} />
      </p>
      <div className="flex flex-wrap gap-1.5">
        {shown.slice(0, 3).map(({ name, keys, run }, index) => (
          <Button key={name} variant={index === 0 ? 'primary' : 'plain'} onClick={run} title={`${name} (${keys})`}>
            {name}
          </Button>
        ))}
        {shown.slice(3).map(({ name, keys, run }) => (
          <Button key={name} variant="ghost" onClick={run} title={`${name} (${keys})`}>
            {name}
          </Button>
        ))}
        {incident_id !== null && (
          <Link to="/incidents/$id" params={{ id: incident_id }} className={buttonClass()}>
            Incident <Kbd keys="i" />
          </Link>
        )}
      </div>
    </header>
  )
}
