import { useRef } from 'react'
import type { Noun } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { useKeys } from '../shell/keys.ts'
import { resolutions } from './words.ts'

interface CloseDialogProps {
  /** What is closed: "3 alerts". */
  readonly what: string
  readonly onClose: () => void
  readonly onChoose: (resolution: Noun<'Resolution'>, note: string | undefined) => void
}

/** Asks what it turned out to be: one of six words, a key each, and a note for whoever reads it later. */
export const CloseDialog = ({ what, onClose, onChoose }: CloseDialogProps) => {
  const note = useRef<HTMLTextAreaElement>(null)
  const choose = (resolution: Noun<'Resolution'>): void => onChoose(resolution, note.current?.value.trim() || undefined)
  useKeys(
    'Closing',
    resolutions.map(({ value, word }, index) => ({
      keys: String(index + 1),
      label: word,
      inDialog: true,
      run: () => choose(value),
    })),
  )
  return (
    <Dialog open onClose={onClose} title={`Close ${what}`} description="What did it turn out to be?">
      <ul className="mt-1 flex flex-col">
        {resolutions.map(({ value, word, help }, index) => (
          <li key={value}>
            <button
              type="button"
              onClick={() => choose(value)}
              className="flex min-h-10 w-full items-center gap-3 rounded-control px-2 text-left hover:bg-hover"
            >
              <Kbd keys={String(index + 1)} />
              <span className="font-medium">{word}</span>
              <span className="text-text-2">{help}</span>
            </button>
          </li>
        ))}
      </ul>
      <label htmlFor="close-note" className="mt-3 block font-medium">
        Note <span className="font-normal text-text-2">(optional; write it first, then choose)</span>
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
