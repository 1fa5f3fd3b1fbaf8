import { Activity } from '../../alert/activity.tsx'
import { citationsOf } from '../../alert/alert-details.tsx'
import { EvidenceLines } from '../../alert/evidence.tsx'
import { isOpen, resolutionLabel, statusLabel } from '../../alert/labels.ts'
import { hostsOfNamesakes } from '../../alert/namesakes.ts'
import { siteUrl } from '../../api/base-path.ts'
import type { Noun } from '../../api/client.ts'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { SeverityMark } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'

interface PrintedDetailsProps {
  readonly incident: Noun<'IncidentDetails'>
  /** The alert whose verdict cites the evidence. */
  readonly lead: Noun<'Alert'> | undefined
}

/** The content of the tabs of an incident, one below the other, for a report on paper. */
export const PrintedDetails = ({ incident, lead }: PrintedDetailsProps) => {
  const { evidence, alerts, alert_count, members, history } = incident
  const hosts = hostsOfNamesakes(alerts)
  const reasons = new Map(members.map(({ alert_id, reason }) => [alert_id, reason]))
  return (
    <div className="flex flex-col gap-4 max-md:order-4">
      <Panel title="Evidence" aside={plural(evidence.length, 'line')}>
        <div className="px-4 pb-3">
          <EvidenceLines
            lines={evidence}
            citations={citationsOf(lead?.triage ?? null)}
            inContext={undefined}
            onContext={() => undefined}
          />
        </div>
      </Panel>
      <Panel title="Alerts" aside={plural(alert_count, 'alert')}>
        <ol className="divide-y divide-line px-4 pb-3">
          {alerts.map((alert) => (
            <li key={alert.id} className="flex items-start gap-2 py-1.5">
              <span className="pt-1">
                <SeverityMark severity={alert.severity} />
              </span>
              <div className="min-w-0 flex-1">
                <p>
                  <span className="font-[550]">{alert.title}</span>{' '}
                  {hosts.has(alert.id) && <span className="font-mono text-small">{`${hosts.get(alert.id)} `}</span>}
                  <span className="text-small text-text-2">
                    {isOpen(alert) || alert.resolution === null
                      ? statusLabel(alert.status)
                      : resolutionLabel(alert.resolution)}
                  </span>
                </p>
                <p className="text-small text-text-2">
                  <Time at={alert.first_seen} /> – <Time at={alert.last_seen} />
                </p>
                <p className="text-small text-text-2">{reasons.get(alert.id)}</p>
                <p className="text-small wrap-anywhere text-text-2">{`${siteUrl}/alerts?open=${alert.id}`}</p>
              </div>
            </li>
          ))}
        </ol>
        {alert_count > alerts.length && (
          <p className="px-4 pb-3 text-text-2">and {plural(alert_count - alerts.length, 'more alert')}</p>
        )}
      </Panel>
      <Panel title="Activity">
        <div className="px-4 pb-3">
          <Activity entries={history} />
        </div>
      </Panel>
    </div>
  )
}
