import { Link } from '@tanstack/react-router'
import type { Noun } from '../../api/client.ts'
import { TechniqueChip } from '../../parts/chip.tsx'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { SeverityMark } from '../../parts/severity.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'

interface NeedsAttentionProps {
  readonly incidents: Noun<'Overview'>['incidents']
  readonly className: string
}

/** The most severe open incidents, each with its cause. */
export const NeedsAttention = ({ incidents, className }: NeedsAttentionProps) => {
  const { worst, open } = incidents
  return (
    <Panel
      title="Needs attention"
      className={className}
      {...(open > worst.length && { aside: `Top ${worst.length} of ${plural(open, 'incident')}` })}
    >
      {worst.length === 0 ? (
        <Empty title="No open incidents">
          <p>Related alerts are grouped into one incident that states its cause.</p>
        </Empty>
      ) : (
        <ol className="border-t border-line">
          {worst.map((incident) => (
            <li key={incident.id} className="border-b border-line last:border-0">
              <IncidentLine incident={incident} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

const IncidentLine = ({ incident }: { readonly incident: Noun<'IncidentBrief'> }) => {
  const { display_id, severity, risk_score, title, reason, techniques, last_seen, assignee } = incident
  return (
    <Link
      to="/incidents/$id"
      params={{ id: display_id }}
      className="grid grid-cols-[auto_1fr_auto] gap-x-3 px-4 py-3 -outline-offset-2 hover:bg-hover"
    >
      <span className="flex h-5 items-center gap-2">
        <SeverityMark severity={severity} />
        <span className="sr-only">{severity},</span>
        <span
          className="tabular w-6 text-right font-mono text-small text-text-2"
          title={`Risk score ${risk_score} out of 100`}
        >
          {risk_score}
        </span>
      </span>
      <span className="min-w-0 font-[550] wrap-anywhere">{title}</span>
      <span className="text-small leading-5 text-text-2">
        <Time at={last_seen} show="ago" />
      </span>
      <span className="col-start-2 col-span-2 line-clamp-2 text-text-2 wrap-anywhere">{reason}</span>
      <span className="col-span-2 col-start-2 mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-small text-text-2">
        <span className="font-mono">{display_id}</span>
        {techniques.slice(0, 4).map((technique) => (
          <TechniqueChip key={technique} technique={technique} />
        ))}
        <span>{assignee ?? 'Unassigned'}</span>
      </span>
    </Link>
  )
}
