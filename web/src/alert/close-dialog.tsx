import { useRef } from 'react'
import type { Noun } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { useKeys } from '../shell/keys.ts'
import { resolutionLabel, resolutions } from './labels.ts'

interface CloseDialogProps {
  /** The objects to close: "3 alerts". */
  readonly subject: string
  readonly onClose: () => void
  /** `isNormal`: whether to hide the same in future. */
  readonly onSelect: (resolution: Noun<'Resolution'>, note: string | undefined, isNormal: boolean) => void
  /** Whether a suppression can follow. */
  readonly offersSuppression?: boolean
}

/** Selects a resolution, with a number key each, and an optional note. */
export const CloseDialog = ({ subject, onClose, onSelect, offersSuppression = false }: CloseDialogProps) => {
  const note = useRef<HTMLTextAreaElement>(null)
  const normal = useRef<HTMLInputElement>(null)
  const select = (resolution: Noun<'Resolution'>): void =>
    onSelect(resolution, note.current?.value.trim() || undefined, normal.current?.checked === true)
  useKeys(
    'Close',
    resolutions.map((value, index) => ({
      keys: String(index + 1),
      label: resolutionLabel(value),
      inDialog: true,
      run: () => select(value),
    })),
  )
  return (
    <Dialog open onClose={onClose} title={`Close ${subject}`} description="Select a resolution.">
      <ul className="mt-1 flex flex-col">
        {resolutions.map((value, index) => (
          <li key={value}>
            <button
              type="button"
              onClick={() => select(value)}
              className="flex min-h-10 w-full items-center gap-3 rounded-control px-2 text-left hover:bg-hover"
            >
              <Kbd keys={String(index + 1)} />
              <span className="font-medium">{resolutionLabel(value)}</span>
              <span className="text-text-2">{help[value]}</span>
            </button>
          </li>
        ))}
      </ul>
      {offersSuppression && (
        <label className="mt-2 flex min-h-7 items-center gap-2">
          <input ref={normal} type="checkbox" className="accent-(--accent)" />
          Then hide the same in future…
        </label>
      )}
      <label htmlFor="close-note" className="mt-3 block font-medium">
        Note <span className="font-normal text-text-2">(optional, before you select)</span>
      </label>
      <textarea
        ref={note}
        id="close-note"
        rows={2}
        maxLength={4_000}
        className="mt-1 w-full rounded-control border border-line-strong bg-surface px-2 py-1.5"
      />
    </Dialog>
  )
}

const help: Readonly<Record<Noun<'Resolution'>, string>> = {
  true_positive: 'Real and harmful',
  benign_positive: 'Real but harmless',
  false_positive: 'Incorrect detection',
  duplicate: 'Handled elsewhere',
  expected: 'Maintenance or a test',
  other: 'Explain in the note',
}
