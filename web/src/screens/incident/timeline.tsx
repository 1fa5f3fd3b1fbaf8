import { PenLine } from 'lucide-react'
import { Fragment, useState } from 'react'
import { hostsOfNamesakes } from '../../alert/namesakes.ts'
import type { Noun } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { TechniqueChip } from '../../parts/chip.tsx'
import { classNames } from '../../parts/class-names.ts'
import { formatDuration } from '../../parts/duration.ts'
import { plural } from '../../parts/number.ts'
import { usePrinting } from '../../parts/printing.ts'
import { SeverityMark } from '../../parts/severity.tsx'
import { Time } from '../../parts/time.tsx'

type Entry = Noun<'TimelineEntry'>

interface TimelineProps {
  readonly entries: readonly Entry[]
  readonly alerts: ReadonlyMap<string, Noun<'Alert'>>
  readonly selected: string | undefined
  readonly onSelect: (alertId: string) => void
}

/** Gaps of at least this length are shown. */
const gapMs = 5 * 60_000

/** The number of alerts shown in a collapsed timeline. */
const collapsedAlerts = 30

/** The timeline of an incident. A long one is collapsed to user actions and the alerts with the highest risk. */
export const Timeline = (props: TimelineProps) => {
  const { entries, alerts, selected } = props
  const [all, setAll] = useState(false)
  const printing = usePrinting()
  if (all || printing || entries.length <= collapsedAlerts + 5) return <Entries {...props} />
  const risk = ({ alert_id = '' }: Entry): number => alerts.get(alert_id)?.triage?.risk_score ?? 0
  const highestRisk = new Set(
    entries
      .filter(({ alert_id }) => alert_id !== undefined)
      .toSorted((a, b) => risk(b) - risk(a))
      .slice(0, collapsedAlerts),
  )
  const shown = entries.filter(
    (entry) => entry.alert_id === undefined || entry.alert_id === selected || highestRisk.has(entry),
  )
  return (
    <>
      <Entries {...props} entries={shown} />
      <Button className="mt-2 ml-14 sm:ml-28" onClick={() => setAll(true)}>
        Show all {plural(entries.length, 'entry', 'entries')}
      </Button>
    </>
  )
}

const Entries = ({ entries, alerts, selected, onSelect }: TimelineProps) => {
  const hosts = hostsOfNamesakes([...alerts.values()])
  return (
    <ol className="flex flex-col">
      {entries.map((entry, index) => {
        const before = entries[index - 1]
        const gap = before ? Date.parse(entry.time) - Date.parse(before.time) : 0
        return (
          <Fragment key={`${entry.time} ${entry.alert_id ?? entry.text}`}>
            {gap >= gapMs && (
              <li className="flex items-center gap-3 py-0.5 text-small text-text-2">
                <span className="w-12 shrink-0 text-right sm:w-24 print:w-32">{formatDuration(gap)}</span>
                <span aria-hidden className="flex-1 border-t border-dotted border-line-strong" />
              </li>
            )}
            <li className="flex items-start gap-1 sm:gap-3">
              <span className="w-12 shrink-0 pt-1.5 text-right text-small text-text-2 sm:w-24 print:w-32">
                <Time at={entry.time} show="clock" wraps />
              </span>
              {entry.alert_id === undefined ? (
                <UserAction entry={entry} />
              ) : (
                <AlertEntry
                  entry={entry}
                  alert={alerts.get(entry.alert_id)}
                  host={hosts.get(entry.alert_id)}
                  selected={entry.alert_id === selected}
                  onSelect={() => entry.alert_id !== undefined && onSelect(entry.alert_id)}
                />
              )}
            </li>
          </Fragment>
        )
      })}
    </ol>
  )
}

const UserAction = ({ entry }: { readonly entry: Entry }) => (
  <p className="flex min-w-0 gap-2 px-2 py-1.5 text-text-2">
    <PenLine size={13} aria-hidden className="mt-0.5 shrink-0" />
    <span className="min-w-0">{entry.text}</span>
  </p>
)

interface AlertEntryProps {
  readonly entry: Entry
  readonly alert: Noun<'Alert'> | undefined
  readonly host: string | undefined
  readonly selected: boolean
  readonly onSelect: () => void
}

const AlertEntry = ({ entry, alert, host, selected, onSelect }: AlertEntryProps) => (
  <button
    type="button"
    aria-pressed={selected}
    onClick={onSelect}
    className={classNames(
      'flex min-w-0 flex-1 items-start gap-2 rounded-control px-2 py-1.5 text-left',
      selected ? 'bg-sel' : 'hover:bg-hover',
    )}
  >
    <span className="pt-1">
      <SeverityMark severity={alert?.severity ?? 'info'} />
    </span>
    <span className="min-w-0 flex-1">
      <span className="sr-only">{alert?.severity}: </span>
      <span className="font-[550]">{entry.text}</span>
      {host !== undefined && <span className="ml-2 font-mono text-small text-text-2">{host}</span>}
      {alert && alert.event_count > 1 && (
        <span className="ml-2 text-small whitespace-nowrap text-text-2">{plural(alert.event_count, 'line')}</span>
      )}
      {entry.stage !== undefined && <span className="block text-small text-text-2 sm:hidden">{entry.stage}</span>}
    </span>
    <span className="flex shrink-0 flex-wrap items-center justify-end gap-1.5 max-sm:hidden">
      {entry.stage !== undefined && <span className="text-small text-text-2">{entry.stage}</span>}
      {alert?.techniques.slice(0, 1).map((technique) => (
        <TechniqueChip key={technique} technique={technique} />
      ))}
    </span>
  </button>
)
