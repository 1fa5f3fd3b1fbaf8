import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { formatTime, timeZone, useNow } from '../parts/time.tsx'
import { useKeys } from '../shell/keys.ts'

interface SnoozeDialogProps {
  /** The objects to snooze: "3 alerts". */
  readonly subject: string
  readonly onClose: () => void
  /** Called with an ISO time. */
  readonly onSelect: (until: string) => void
}

const hour = 3_600_000
const morning = 8

/** Selects one of five durations, with a number key each. */
export const SnoozeDialog = ({ subject, onClose, onSelect }: SnoozeDialogProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const durations = durationsFrom(now)
  useKeys(
    'Snooze',
    durations.map(({ name, until }, index) => ({
      keys: String(index + 1),
      label: name,
      inDialog: true,
      run: () => onSelect(new Date(until).toISOString()),
    })),
  )
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Snooze ${subject}`}
      description="Hides alerts from the open views until then, or until they become more severe."
    >
      <ul className="mt-1 flex flex-col">
        {durations.map(({ name, until }, index) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => onSelect(new Date(until).toISOString())}
              className="flex min-h-10 w-full items-center gap-3 rounded-control px-2 text-left hover:bg-hover"
            >
              <Kbd keys={String(index + 1)} />
              <span className="font-medium">{name}</span>
              <span className="tabular ml-auto text-text-2">{formatTime(until, now, zone)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

const durationsFrom = (now: number) => [
  { name: '1 hour', until: now + hour },
  { name: '4 hours', until: now + 4 * hour },
  { name: 'Tomorrow morning', until: morningIn(now, 1) },
  { name: 'Monday morning', until: morningIn(now, daysToMonday(now)) },
  { name: '4 weeks', until: now + 28 * 24 * hour },
]

/** 08:00 local time, a number of days from now. */
const morningIn = (now: number, days: number): number => {
  const day = new Date(now)
  day.setDate(day.getDate() + days)
  return day.setHours(morning, 0, 0, 0)
}

const daysToMonday = (now: number): number => (8 - new Date(now).getDay()) % 7 || 7
