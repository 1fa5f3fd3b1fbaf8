import { Clock } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Menu, MenuItem, MenuSeparator } from './menu.tsx'
import { formatTime, timeZone, useNow } from './time.tsx'

const ranges = [
  { from: '', label: 'Any time' },
  { from: 'now-1h', label: 'Last hour' },
  { from: 'now-24h', label: 'Last 24 hours' },
  { from: 'now-7d', label: 'Last 7 days' },
  { from: 'now-30d', label: 'Last 30 days' },
]

interface TimeMenuProps {
  readonly range: { readonly from?: string | undefined; readonly to?: string | undefined }
  readonly onTimeRange: (from: string, to: string) => void
}

/** Selects a time range. */
export const TimeMenu = ({ range: { from = '', to = '' }, onTimeRange }: TimeMenuProps) => {
  const [custom, setCustom] = useState(false)
  const now = useNow()
  const zone = timeZone.use()
  const format = (text: string): string => {
    const time = Date.parse(text)
    return Number.isNaN(time) ? text : formatTime(time, now, zone)
  }
  const preset = to === '' ? ranges.find((range) => range.from === from)?.label : undefined
  const label = preset ?? (from === '' ? `Until ${format(to)}` : `${format(from)} – ${to === '' ? 'now' : format(to)}`)
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setCustom(false)
    onTimeRange(String(form.get('from') ?? '').trim(), String(form.get('to') ?? '').trim())
  }
  return (
    <>
      <Menu
        trigger={
          <Button aria-label={`Time range: ${label}`} className="h-8">
            <Clock size={14} aria-hidden />
            <span className="max-sm:sr-only">{label}</span>
          </Button>
        }
      >
        {ranges.map((range) => (
          <MenuItem key={range.from} selected={range.label === preset} onSelect={() => onTimeRange(range.from, '')}>
            {range.label}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => setCustom(true)}>Custom range…</MenuItem>
      </Menu>
      {custom && (
        <Dialog
          open
          onClose={() => setCustom(false)}
          title="Custom range"
          description="Examples: 2026-11-21, 2026-11-21T06:30Z, now-36h"
        >
          <form onSubmit={submit} className="mt-1 flex flex-wrap items-end gap-3">
            {[
              ['from', 'From', from],
              ['to', 'To', to],
            ].map(([name, text, value]) => (
              <label key={name} className="min-w-40 flex-1 font-medium">
                {text}
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
              Apply
            </Button>
          </form>
        </Dialog>
      )}
    </>
  )
}
