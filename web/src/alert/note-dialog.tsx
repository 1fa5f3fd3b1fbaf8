import { type FormEvent, useRef } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { useKeys } from '../shell/keys.ts'

interface NoteDialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly onSave: (text: string) => void
}

/** Adds a note. */
export const NoteDialog = ({ title, onClose, onSave }: NoteDialogProps) => {
  const field = useRef<HTMLTextAreaElement>(null)
  const save = (event?: FormEvent): void => {
    event?.preventDefault()
    const text = field.current?.value.trim()
    if (text) onSave(text)
  }
  useKeys('Note', [{ keys: '$mod+Enter', label: 'Save note', inDialog: true, run: () => save() }])
  return (
    <Dialog open onClose={onClose} title={title}>
      <form onSubmit={save} className="mt-1 flex flex-col items-end gap-3">
        <textarea
          ref={field}
          data-first
          aria-label="Note"
          rows={4}
          required
          maxLength={10_000}
          className="w-full rounded-control border border-line-strong bg-surface px-2 py-1.5"
        />
        <Button type="submit" variant="primary">
          Save <Kbd keys="$mod+Enter" />
        </Button>
      </form>
    </Dialog>
  )
}
