import { PenLine } from 'lucide-react'
import { Fragment, useState } from 'react'
import type { Noun } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { TechniqueChip } from '../../parts/chip.tsx'
import { classNames } from '../../parts/class-names.ts'
import { plural } from '../../parts/number.ts'
import { SeverityMark } from '../../parts/severity.tsx'
import { formatDuration, Time } from '../../parts/time.tsx'

type Entry = Noun<'TimelineEntry'>

interface TimelineProps {
  readonly entries: readonly Entry[]
  readonly alerts: ReadonlyMap<string, Noun<'Alert'>>
  /** The alert that is looked at. */
  readonly chosen: string | undefined
  readonly onChoose: (alertId: string) => void
}

/** A gap this long is drawn: what happened after it is another chapter. */
const gapMs = 5 * 60_000

/** A story this long is told by its gravest parts first. */
const mostAtFirst = 30

/** What happened, in order of time, gaps included. Of a long story the gravest alerts and what people did, until somebody wants all of it. */
export const Timeline = (props: TimelineProps) => {
  const { entries, alerts, chosen } = props
  const [all, setAll] = useState(false)
  if (all || entries.length <= mostAtFirst + 5) return <Steps {...props} />
  const risk = ({ alert_id = '' }: Entry): number => alerts.get(alert_id)?.triage?.risk_score ?? 0
  const gravest = new Set(
    entries
      .filter(({ alert_id }) => alert_id !== undefined)
      .toSorted((a, b) => risk(b) - risk(a))
      .slice(0, mostAtFirst),
  )
  const shown = entries.filter(
    (entry) => entry.alert_id === undefined || entry.alert_id === chosen || gravest.has(entry),
  )
  return (
    <>
      <Steps {...props} entries={shown} />
      <Button className="mt-2 ml-14 sm:ml-28" onClick={() => setAll(true)}>
        Show all {plural(entries.length, 'step')}
      </Button>
    </>
  )
}

const Steps = ({ entries, alerts, chosen, onChoose }: TimelineProps) => (
  <ol className="flex flex-col">
    {entries.map((entry, index) => {
      const before = entries[index - 1]
      const gap = before ? Date.parse(entry.time) - Date.parse(before.time) : 0
      return (
        <Fragment key={`${entry.time} ${entry.alert_id ?? entry.text}`}>
          {gap >= gapMs && (
            <li className="flex items-center gap-3 py-0.5 text-small text-text-2">
              <span className="w-12 shrink-0 text-right sm:w-24">{formatDuration(gap)}</span>
              <span aria-hidden className="flex-1 border-t border-dotted border-line-strong" />
            </li>
          )}
          <li className="flex items-start gap-1 sm:gap-3">
            <span className="w-12 shrink-0 pt-1.5 text-right text-small text-text-2 sm:w-24">
              <Time at={entry.time} show="clock" wraps />
            </span>
            {entry.alert_id === undefined ? (
              <Deed entry={entry} />
            ) : (
              <Seen
                entry={entry}
                alert={alerts.get(entry.alert_id)}
                chosen={entry.alert_id === chosen}
                onChoose={() => entry.alert_id !== undefined && onChoose(entry.alert_id)}
              />
            )}
          </li>
        </Fragment>
      )
    })}
  </ol>
)

const Deed = ({ entry }: { readonly entry: Entry }) => (
  <p className="flex min-w-0 gap-2 px-2 py-1.5 text-text-2">
    <PenLine size={13} aria-hidden className="mt-0.5 shrink-0" />
    <span className="min-w-0">{entry.text}</span>
  </p>
)

interface SeenProps {
  readonly entry: Entry
  readonly alert: Noun<'Alert'> | undefined
  readonly chosen: boolean
  readonly onChoose: () => void
}

const Seen = ({ entry, alert, chosen, onChoose }: SeenProps) => (
  <button
    type="button"
    aria-pressed={chosen}
    onClick={onChoose}
    className={classNames(
      'flex min-w-0 flex-1 items-start gap-2 rounded-control px-2 py-1.5 text-left',
      chosen ? 'bg-sel' : 'hover:bg-hover',
    )}
  >
    <span className="pt-1">
      <SeverityMark severity={alert?.severity ?? 'info'} />
    </span>
    <span className="min-w-0 flex-1">
      <span className="sr-only">{alert?.severity}: </span>
      <span className="font-[550]">{entry.text}</span>
      {alert && alert.event_count > 1 && (
        <span className="ml-2 text-small text-text-2">{plural(alert.event_count, 'line')}</span>
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
