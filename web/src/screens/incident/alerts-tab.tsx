import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { quote } from '../../alert/filter-text.ts'
import { isOpen, resolutionLabel, statusLabel } from '../../alert/labels.ts'
import { hostsOfNamesakes } from '../../alert/namesakes.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { plural } from '../../parts/number.ts'
import { SeverityMark } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'
import { toast, toastNotSaved } from '../../parts/toast.tsx'

interface AlertsTabProps {
  readonly incident: Noun<'IncidentDetails'>
  readonly onSelect: (alertId: string) => void
  readonly onSplit: (displayId: string) => void
}

/** The alerts of an incident, each with the reason for its membership. Selected alerts can be split off. */
export const AlertsTab = ({ incident, onSelect, onSplit }: AlertsTabProps) => {
  const queries = useQueryClient()
  const canEdit = useMay('analyst')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const hosts = hostsOfNamesakes(incident.alerts)
  const reasons = new Map(incident.members.map(({ alert_id, reason }) => [alert_id, reason]))
  const split = async (): Promise<void> => {
    try {
      const created = await answerOf(
        api.POST('/api/v1/incidents/{id}/split', {
          params: { path: { id: incident.id } },
          body: { alert_ids: [...selected] },
        }),
      )
      toast(`Split ${plural(selected.size, 'alert')} into ${created.display_id}.`)
      setSelected(new Set())
      await queries.invalidateQueries({ queryKey: ['incidents'] })
      onSplit(created.display_id)
    } catch (error) {
      toastNotSaved(error)
    }
  }
  return (
    <div className="flex flex-col">
      <ul className="divide-y divide-line">
        {incident.alerts.map((alert) => (
          <li key={alert.id} className="flex items-start gap-2 py-1.5">
            {canEdit && incident.alerts.length > 1 && (
              <label className="flex size-6 shrink-0 cursor-pointer items-center justify-center">
                <input
                  type="checkbox"
                  aria-label={['Select', alert.title, hosts.get(alert.id)].filter(Boolean).join(' ')}
                  checked={selected.has(alert.id)}
                  onChange={() => {
                    const next = new Set(selected)
                    if (!next.delete(alert.id)) next.add(alert.id)
                    setSelected(next)
                  }}
                  className="size-3.5 accent-(--accent)"
                />
              </label>
            )}
            <button
              type="button"
              onClick={() => onSelect(alert.id)}
              className="flex min-w-0 flex-1 items-start gap-2 rounded-control px-1 text-left hover:bg-hover"
            >
              <span className="pt-1">
                <SeverityMark severity={alert.severity} />
              </span>
              <span className="min-w-0 flex-1">
                <span className="font-[550]">{alert.title}</span>
                {hosts.has(alert.id) && (
                  <span className="ml-2 font-mono text-small text-text-2">{hosts.get(alert.id)}</span>
                )}
                <span className="block text-small text-text-2">{reasons.get(alert.id)}</span>
              </span>
              <span className="shrink-0 text-right text-small text-text-2">
                {isOpen(alert) || alert.resolution === null
                  ? statusLabel(alert.status)
                  : resolutionLabel(alert.resolution)}
                <span className="block">
                  <Time at={alert.last_seen} show="clock" />
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {incident.alert_count > incident.alerts.length && (
        <Link
          to="/alerts"
          search={{ q: `incident_id:${quote(incident.id)}` }}
          className="mt-2 inline-flex min-h-6 items-center self-start text-accent underline"
        >
          and {plural(incident.alert_count - incident.alerts.length, 'more alert')}
        </Link>
      )}
      {selected.size > 0 && (
        <Button
          className="mt-3 self-start"
          onClick={() => void split()}
          disabled={selected.size === incident.alerts.length}
        >
          Split {plural(selected.size, 'alert')} into new incident
        </Button>
      )}
    </div>
  )
}
