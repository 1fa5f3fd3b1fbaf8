import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { formatTime, timeZone, useNow } from '../parts/time.tsx'
import { useKeys } from '../shell/keys.ts'

interface SnoozeDialogProps {
  /** What is put aside: "3 alerts". */
  readonly what: string
  readonly onClose: () => void
  /** Takes an ISO time. */
  readonly onChoose: (until: string) => void
}

const hour = 3_600_000
const morning = 8

/** Asks until when: one of five spans, a key each. */
export const SnoozeDialog = ({ what, onClose, onChoose }: SnoozeDialogProps) => {
  const now = useNow()
  const zone = timeZone.use()
  const spans = spansFrom(now)
  useKeys(
    'Snoozing',
    spans.map(({ name, until }, index) => ({
      keys: String(index + 1),
      label: name,
      inDialog: true,
      run: () => onChoose(new Date(until).toISOString()),
    })),
  )
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Snooze ${what}`}
      description="It leaves the open ones until then, and comes back sooner when it gets graver."
    >
      <ul className="mt-1 flex flex-col">
        {spans.map(({ name, until }, index) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => onChoose(new Date(until).toISOString())}
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

const spansFrom = (now: number) => [
  { name: 'One hour', until: now + hour },
  { name: 'Four hours', until: now + 4 * hour },
  { name: 'Until tomorrow morning', until: morningIn(now, 1) },
  { name: 'Until Monday morning', until: morningIn(now, daysToMonday(now)) },
  { name: 'Four weeks', until: now + 28 * 24 * hour },
]

/** Eight o'clock where the person is, so many days on. */
const morningIn = (now: number, days: number): number => {
  const day = new Date(now)
  day.setDate(day.getDate() + days)
  return day.setHours(morning, 0, 0, 0)
}

const daysToMonday = (now: number): number => (8 - new Date(now).getDay()) % 7 || 7
