import { FileSearch } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../../parts/button.tsx'
import { setDroppedFile } from '../../shell/dropped-file.ts'

/** Selects a file by drag and drop or with the file dialog. */
export const DropTarget = () => {
  const field = useRef<HTMLInputElement>(null)
  return (
    <section
      aria-label="Analyse a file"
      className="flex flex-col items-center gap-3 rounded-panel border-2 border-dashed border-line-strong bg-surface px-6 py-10 text-center"
    >
      <FileSearch size={28} aria-hidden className="text-text-3" />
      <h2 className="text-title">Drop a log file anywhere on this page</h2>
      <p className="max-w-prose text-text-2">
        The file is analysed but not stored. You can import it afterwards. Supports plain text, JSON Lines, JSON,
        Windows event logs (EVTX) and journal files of systemd, also compressed with gzip.
      </p>
      <Button variant="primary" onClick={() => field.current?.click()} className="mt-1 h-8">
        Select file
      </Button>
      <input
        ref={field}
        type="file"
        aria-label="Log file"
        tabIndex={-1}
        className="sr-only"
        onChange={({ target }) => setDroppedFile(target.files?.[0])}
      />
    </section>
  )
}
