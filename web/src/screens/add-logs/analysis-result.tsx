import type { Noun } from '../../api/client.ts'
import { TechniqueChip } from '../../parts/chip.tsx'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { SeverityBadge, severities } from '../../parts/severity.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'

const maxLines = 8
const maxDetections = 50

/** The incidents and detections found in a file. */
export const AnalysisResult = ({ analysis }: { readonly analysis: Noun<'Analysis'> }) => {
  const { records, parsed, from, to, templates, sources, incidents, detections, learning, fault } = analysis
  const bySeverity = detections.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.score - a.score,
  )
  return (
    <>
      <p className="text-title" role="status">
        {plural(records, 'record')}, {plural(templates, 'pattern')}, {plural(incidents.length, 'incident')},{' '}
        {plural(detections.length, 'detection')}{' '}
        <span className="font-normal text-text-2">
          {parsed < records && `${plural(records - parsed, 'record')} not parsed · `}
          {from !== null && to !== null && (
            <>
              <Time at={from} show="clock" /> to <Time at={to} show="clock" />
            </>
          )}
        </span>
      </p>
      {fault !== undefined && (
        <p role="alert" className="font-medium text-high wrap-anywhere">
          {fault} The records before the fault were analysed.
        </p>
      )}
      {sources.map(({ source, format, format_share }) => (
        <p key={source} className="text-small text-text-2 wrap-anywhere">
          Format: {format} ({Math.floor(format_share * 100)} %)
        </p>
      ))}
      <Panel title="Incidents">
        {incidents.length === 0 ? (
          <Empty title="No incidents found" />
        ) : (
          <ol className="border-t border-line">
            {incidents.map(({ id, severity, title, reason, techniques, evidence }) => (
              <li key={id} className="flex flex-col gap-1.5 border-b border-line px-4 py-3 last:border-0">
                <div className="flex flex-wrap items-center gap-2">
                  <SeverityBadge severity={severity} />
                  <h3 className="font-[550] wrap-anywhere">{title}</h3>
                  {techniques.map((technique) => (
                    <TechniqueChip key={technique} technique={technique} />
                  ))}
                </div>
                <p className="max-w-prose text-text-2 wrap-anywhere">{reason}</p>
                <ol className="rounded-control border border-line bg-bg py-1.5">
                  {evidence.slice(0, maxLines).map(({ event_id, line, summary }) => (
                    <li key={event_id} className="log px-3 py-0.5">
                      {summary ?? line}
                    </li>
                  ))}
                </ol>
              </li>
            ))}
          </ol>
        )}
      </Panel>
      <Panel
        title="Detections"
        aside={learning.length > 0 && `${plural(learning.length, 'stream')} too short to learn from`}
      >
        {bySeverity.length === 0 ? (
          <Empty title="No detections" />
        ) : (
          <ol className="border-t border-line">
            {bySeverity.slice(0, maxDetections).map(({ id, severity, title, sentence, first_seen }) => (
              <li
                key={id}
                className="grid grid-cols-[auto_1fr_auto] gap-x-3 border-b border-line px-4 py-2 last:border-0"
              >
                <SeverityBadge severity={severity} />
                <span className="min-w-0 wrap-anywhere">{title}</span>
                <span className="text-small leading-5 text-text-2">
                  <Time at={first_seen} show="clock" />
                </span>
                <span className="col-span-2 col-start-2 text-small text-text-2 wrap-anywhere">{sentence}</span>
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </>
  )
}
