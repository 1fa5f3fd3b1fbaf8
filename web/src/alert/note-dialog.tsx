import { type FormEvent, useRef, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Kbd } from '../parts/kbd.tsx'
import { notSaved } from '../parts/toast.tsx'
import { useKeys } from '../shell/keys.ts'

interface NoteDialogProps {
  readonly title: string
  /** The id of what the note is about. */
  readonly about: string
  readonly onClose: () => void
  /** Saves the note. Rejects if it is not saved. */
  readonly onSave: (text: string) => Promise<unknown>
  /** Closes the dialog. */
  readonly onSaved: () => void
}

/** The unsaved notes of this visit by what they are about: a click beside the dialog closes it, and the session may end. */
const drafts = new Map<string, string>()

/** Adds a note. The text stays until it is saved. */
export const NoteDialog = ({ title, about, onClose, onSave, onSaved }: NoteDialogProps) => {
  const field = useRef<HTMLTextAreaElement>(null)
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState<string>()
  const save = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault()
    const text = field.current?.value.trim()
    if (!text || saving) return
    setSaving(true)
    setProblem(undefined)
    try {
      await onSave(text)
      drafts.delete(about)
      onSaved()
    } catch (error) {
      setProblem(notSaved(error))
    } finally {
      setSaving(false)
    }
  }
  useKeys('Note', [{ keys: '$mod+Enter', label: 'Save note', inDialog: true, run: () => void save() }])
  return (
    <Dialog open onClose={onClose} title={title}>
      <form onSubmit={(event) => void save(event)} className="mt-1 flex flex-col items-end gap-3">
        <textarea
          ref={field}
          data-first
          aria-label="Note"
          rows={4}
          required
          maxLength={10_000}
          defaultValue={drafts.get(about)}
          onChange={({ target }) => drafts.set(about, target.value)}
          className="w-full rounded-control border border-line-strong bg-surface px-2 py-1.5"
        />
        {problem !== undefined && (
          <p role="alert" className="self-start text-critical">
            {problem}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={saving}>
          Save <Kbd keys="$mod+Enter" />
        </Button>
      </form>
    </Dialog>
  )
}
