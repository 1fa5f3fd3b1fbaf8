import type { Noun } from '../api/client.ts'
import { toWords } from '../parts/label.ts'
import { formatTime, Time, timeZone } from '../parts/time.tsx'
import { resolutionLabel } from './labels.ts'

type Entry = Noun<'AuditEntry'>

/** The actions of users, newest first. */
export const Activity = ({ entries }: { readonly entries: readonly Entry[] }) =>
  entries.length === 0 ? (
    <p className="text-text-2">No activity yet</p>
  ) : (
    <ol className="flex flex-col gap-1.5">
      {entries.map((entry) => (
        <li key={`${entry.time} ${entry.action}`} className="flex flex-wrap gap-x-2">
          <span className="font-medium">{entry.actor}</span>
          <span className="min-w-0 flex-1">{describe(entry)}</span>
          <span className="text-small text-text-2">
            <Time at={entry.time} />
          </span>
        </li>
      ))}
    </ol>
  )

const progress: Readonly<Record<string, string>> = {
  pending: 'reset',
  in_progress: 'started',
  completed: 'completed',
  skipped: 'skipped',
  failed: 'failed',
}

const untilText = (time: string | undefined): string =>
  time === undefined ? '' : ` until ${formatTime(Date.parse(time), Date.now(), timeZone.get())}`

const describe = ({ action, new_values }: Entry): string => {
  const text = (name: string): string | undefined => {
    if (typeof new_values !== 'object' || new_values === null || !(name in new_values)) return undefined
    const value: unknown = Object.entries(new_values).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? value : undefined
  }
  const note = text('note')
  const reason = note === undefined ? '' : `: “${note}”`
  switch (action) {
    case 'comment':
      return `added a note: “${text('text') ?? ''}”`
    case 'acknowledge':
      return `acknowledged${reason}`
    case 'assign':
      return `${text('assignee') === undefined ? 'unassigned' : `assigned to ${text('assignee')}`}${reason}`
    case 'close':
      return `closed as ${resolutionLabel(text('resolution') ?? 'other').toLowerCase()}${reason}`
    case 'reopen':
      return `reopened${reason}`
    case 'advance':
      return `set status to ${toWords(text('status') ?? '')}${reason}`
    case 'snooze':
      return `snoozed${untilText(text('snoozed_until'))}${reason}`
    case 'wake':
      return `ended the snooze${reason}`
    case 'undo':
      return 'undid the last change'
    case 'progress':
      return `${progress[text('status') ?? ''] ?? 'changed'} “${text('text') ?? ''}”`
    case 'merge':
      return 'merged incidents'
    case 'split':
      return 'split the incident'
    case 'move':
      return 'moved alerts'
    default:
      return toWords(action)
  }
}
