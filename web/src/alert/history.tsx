import type { Noun } from '../api/client.ts'
import { Time } from '../parts/time.tsx'
import { resolutionWord, toWords } from './words.ts'

type Entry = Noun<'AuditEntry'>

/** What people did, newest first. */
export const History = ({ entries }: { readonly entries: readonly Entry[] }) =>
  entries.length === 0 ? (
    <p className="text-text-2">Nobody has done anything with it yet.</p>
  ) : (
    <ol className="flex flex-col gap-1.5">
      {entries.map((entry) => (
        <li key={`${entry.time} ${entry.action}`} className="flex flex-wrap gap-x-2">
          <span className="font-medium">{entry.actor}</span>
          <span className="min-w-0 flex-1">{wordsOf(entry)}</span>
          <span className="text-small text-text-2">
            <Time at={entry.time} />
          </span>
        </li>
      ))}
    </ol>
  )

const progress: Readonly<Record<string, string>> = {
  pending: 'put back',
  in_progress: 'began',
  completed: 'did',
  skipped: 'skipped',
  failed: 'failed at',
}

const wordsOf = ({ action, new_values }: Entry): string => {
  const text = (name: string): string | undefined => {
    if (typeof new_values !== 'object' || new_values === null || !(name in new_values)) return undefined
    const value: unknown = Object.entries(new_values).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? value : undefined
  }
  const note = text('note')
  const because = note === undefined ? '' : `: “${note}”`
  switch (action) {
    case 'comment':
      return `noted “${text('text') ?? ''}”`
    case 'acknowledge':
      return `acknowledged it${because}`
    case 'assign':
      return `assigned it to ${text('assignee') ?? 'nobody'}${because}`
    case 'close':
      return `closed it as ${resolutionWord(text('resolution') ?? 'other')}${because}`
    case 'reopen':
      return `reopened it${because}`
    case 'advance':
      return `set it to ${toWords(text('status') ?? '')}${because}`
    case 'snooze':
      return `snoozed it until ${(text('snoozed_until') ?? '').slice(0, 16).replace('T', ' ')} UTC${because}`
    case 'wake':
      return `brought it back${because}`
    case 'undo':
      return 'took that back'
    case 'progress':
      return `${progress[text('status') ?? ''] ?? 'changed'} “${text('text') ?? ''}”`
    case 'merge':
      return 'merged incidents'
    case 'split':
      return 'split it'
    case 'move':
      return 'moved alerts'
    default:
      return toWords(action)
  }
}
