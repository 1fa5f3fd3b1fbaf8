import { Link } from '@tanstack/react-router'
import { ChevronDown } from 'lucide-react'
import type { IncidentChange } from '../../alert/bulk-change.ts'
import { resolutionLabel } from '../../alert/labels.ts'
import type { AlertAction } from '../../alert/use-alert-actions.tsx'
import { Confidence, verdictColours } from '../../alert/verdict-card.tsx'
import { siteUrl } from '../../api/base-path.ts'
import type { Noun } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Kbd } from '../../parts/kbd.tsx'
import { toLabel } from '../../parts/label.ts'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { plural } from '../../parts/number.ts'
import { usePrinting } from '../../parts/printing.ts'
import { SeverityBadge } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'
import { incidentToMarkdown } from './incident-markdown.ts'
import { isOpenIncident } from './use-incident-actions.tsx'

interface IncidentHeaderProps {
  readonly incident: Noun<'IncidentDetails'>
  readonly actions: readonly AlertAction[]
  readonly canEdit: boolean
  readonly apply: (change: IncidentChange) => void
  /** Whether a change is being saved. */
  readonly busy: boolean
}

const statuses = ['open', 'investigating', 'contained', 'eradicated', 'resolved'] as const

/** The title, status and summary of an incident, with its actions. */
export const IncidentHeader = ({ incident, actions, canEdit, apply, busy }: IncidentHeaderProps) => {
  const { display_id, severity, risk_score, status, assignee, resolution, title, reason, summary } = incident
  const { first_seen, last_seen, alert_count, event_count, merged_into } = incident
  const printing = usePrinting()
  const url = `${siteUrl}/incidents/${display_id}`
  return (
    <header className="flex flex-col gap-3 border-b border-line bg-surface px-4 py-4 md:px-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-text-2">
        <span className="font-mono font-medium">{display_id}</span>
        <SeverityBadge severity={severity} />
        <span>
          Risk <span className="tabular font-mono font-medium text-text">{risk_score}</span>
        </span>
        {canEdit && isOpenIncident(incident) && !printing ? (
          <Menu
            trigger={
              <Button className="h-6" aria-label={`Status: ${status}`}>
                {toLabel(status)} <ChevronDown size={13} aria-hidden />
              </Button>
            }
          >
            {statuses.map((one) => (
              <MenuItem
                key={one}
                selected={one === status}
                onSelect={() => one !== status && apply({ action: 'advance', status: one })}
              >
                {toLabel(one)}
              </MenuItem>
            ))}
          </Menu>
        ) : (
          <span className="font-medium text-text">
            {toLabel(status)}
            {resolution !== null && ` as ${resolutionLabel(resolution).toLowerCase()}`}
          </span>
        )}
        <span>{assignee ?? 'Unassigned'}</span>
        <span className="md:ml-auto">
          {plural(alert_count, 'alert')}, {plural(event_count, 'line')} · <Time at={first_seen} show="clock" /> –{' '}
          <Time at={last_seen} zoned />
        </span>
      </div>
      {merged_into !== null && (
        <p className="rounded-control border border-line-strong px-3 py-2">
          Merged into{' '}
          <Link to="/incidents/$id" params={{ id: merged_into }} className="text-accent underline">
            another incident
          </Link>
        </p>
      )}
      <h2 className="max-w-6xl text-title text-pretty wrap-anywhere md:text-display">{title}</h2>
      <p className="max-w-5xl text-pretty wrap-anywhere">{summary ?? reason}</p>
      <IncidentVerdict incident={incident} />
      {printing && (
        <p className="text-small wrap-anywhere text-text-2">
          {url} · Printed <Time at={new Date().toISOString()} />
        </p>
      )}
      <div className="flex flex-wrap gap-2 print:hidden">
        {actions.map(({ name, keys, run }, index) => (
          <Button key={name} variant={index === 0 ? 'primary' : 'plain'} disabled={busy} onClick={run}>
            {name}
            <span className="max-md:hidden">
              <Kbd keys={keys} />
            </span>
          </Button>
        ))}
        <CopyButton text={() => incidentToMarkdown(incident, url)} label="Copy as Markdown" />
        {busy && (
          <span role="status" className="self-center text-small text-text-2">
            Saving…
          </span>
        )}
      </div>
    </header>
  )
}

/** The verdict on all alerts together, with its reasons. Incidents of older versions have none. */
const IncidentVerdict = ({ incident }: Pick<IncidentHeaderProps, 'incident'>) => {
  const { verdict, confidence, verdict_reasons: reasons = [] } = incident
  if (verdict === undefined) return null
  return (
    <section aria-label="Verdict" className="flex max-w-5xl flex-wrap items-center gap-x-3 gap-y-1">
      <strong className={verdictColours[verdict]}>{toLabel(verdict)}</strong>
      {confidence !== undefined && <Confidence value={confidence} />}
      {reasons.length > 0 && <span className="text-text-2 wrap-anywhere">{reasons.join(' · ')}</span>}
    </section>
  )
}
