import { Clock } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Menu, MenuItem, MenuSeparator } from '../../parts/menu.tsx'
import { formatTime, timeZone, useNow } from '../../parts/time.tsx'
import type { Look } from './look.ts'

const spans = [
  { from: '', word: 'Any time' },
  { from: 'now-1h', word: 'Last hour' },
  { from: 'now-24h', word: 'Last 24 hours' },
  { from: 'now-7d', word: 'Last 7 days' },
  { from: 'now-30d', word: 'Last 30 days' },
]

interface TimeMenuProps {
  readonly look: Pick<Look, 'from' | 'to'>
  readonly onSpan: (from: string, to: string) => void
}

/** Chooses the time in which the alerts were seen. */
export const TimeMenu = ({ look: { from = '', to = '' }, onSpan }: TimeMenuProps) => {
  const [asked, setAsked] = useState(false)
  const today = useNow()
  const zone = timeZone.use()
  const spell = (moment: string): string => {
    const time = Date.parse(moment)
    return Number.isNaN(time) ? moment : formatTime(time, today, zone)
  }
  const known = to === '' ? spans.find((span) => span.from === from)?.word : undefined
  const word = known ?? `${from === '' ? 'before' : spell(from)}${to === '' ? '' : ` – ${spell(to)}`}`
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setAsked(false)
    onSpan(String(form.get('from') ?? '').trim(), String(form.get('to') ?? '').trim())
  }
  return (
    <>
      <Menu
        trigger={
          <Button aria-label={`Time: ${word}`} className="h-8">
            <Clock size={14} aria-hidden />
            <span className="max-sm:sr-only">{word}</span>
          </Button>
        }
      >
        {spans.map((span) => (
          <MenuItem key={span.from} selected={span.word === known} onSelect={() => onSpan(span.from, '')}>
            {span.word}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => setAsked(true)}>From and to…</MenuItem>
      </Menu>
      {asked && (
        <Dialog
          open
          onClose={() => setAsked(false)}
          title="From and to"
          description="2026-11-21, 2026-11-21T06:30Z, now-36h"
        >
          <form onSubmit={submit} className="mt-1 flex flex-wrap items-end gap-3">
            {[
              ['from', 'From', from],
              ['to', 'To', to],
            ].map(([name, label, value]) => (
              <label key={name} className="min-w-40 flex-1 font-medium">
                {label}
                <input
                  name={name}
                  data-first
                  defaultValue={value}
                  maxLength={64}
                  className="mt-1 block h-8 w-full rounded-control border border-line-strong bg-surface px-2 font-mono text-log font-normal"
                />
              </label>
            ))}
            <Button type="submit" variant="primary" className="h-8">
              Show
            </Button>
          </form>
        </Dialog>
      )}
    </>
  )
}
