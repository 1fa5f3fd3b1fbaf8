import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { QueryView } from '../parts/query-view.tsx'
import { SeverityMark } from '../parts/severity.tsx'
import { Empty } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'

interface MergeDialogProps {
  readonly title: string
  readonly description: string
  /** The incident that is merged, which cannot be selected. */
  readonly except?: string | undefined
  readonly onClose: () => void
  readonly onSelect: (displayId: string) => void
}

/** Selects an open incident. */
export const MergeDialog = ({ title, description, except, onClose, onSelect }: MergeDialogProps) => {
  const [text, setText] = useState('')
  const incidents = useQuery({
    queryKey: ['incidents', 'to merge into'],
    queryFn: () => answerOf(api.GET('/api/v1/incidents', { params: { query: { q: 'open:true', limit: 200 } } })),
    select: ({ data }) => data.filter(({ id }) => id !== except),
  })
  const query = text.trim().toLowerCase()
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <input
        data-first
        aria-label="Search incidents"
        placeholder="INC-3 or title"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="mt-1 mb-2 h-8 w-full rounded-control border border-line-strong bg-surface px-2"
      />
      <QueryView query={incidents} loading="Loading incidents…">
        {(all) => {
          const found = all.filter(({ display_id, title: name }) =>
            `${display_id} ${name}`.toLowerCase().includes(query),
          )
          return found.length === 0 ? (
            <Empty title="No matching incidents" />
          ) : (
            <ul>
              {found.map(({ id, display_id, severity, title: name, last_seen }) => (
                <li key={id}>
                  <button
                    type="button"
                    onClick={() => onSelect(display_id)}
                    className="flex min-h-10 w-full items-center gap-2 rounded-control px-2 py-1 text-left hover:bg-hover"
                  >
                    <SeverityMark severity={severity} />
                    <span className="sr-only">{severity}</span>
                    <span className="font-mono text-small text-text-2">{display_id}</span>
                    <span className="min-w-0 flex-1 truncate">{name}</span>
                    <span className="text-small text-text-2">
                      <Time at={last_seen} show="ago" />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }}
      </QueryView>
    </Dialog>
  )
}
