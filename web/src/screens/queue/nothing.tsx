import { useQuery } from '@tanstack/react-query'
import { clausesOf } from '../../alert/filter-text.ts'
import { answerOf, api } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { formatCount } from '../../parts/number.ts'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { type Look, toQuery } from './look.ts'

interface NothingProps {
  readonly look: Look
  /** Whether somebody filters beyond what the view has. */
  readonly narrowed: boolean
  readonly onClear: () => void
}

/** Nothing to show: because all is well, because the filter leaves nothing, or because nothing has come in yet. */
export const Nothing = ({ look, narrowed, onClear }: NothingProps) => {
  const all = useQuery({
    queryKey: ['queue counts', 'of', toQuery(look)],
    queryFn: () => answerOf(api.GET('/api/v1/alerts/counts', { params: { query: { fields: [] } } })),
  })
  const events = useQuery({
    queryKey: ['events', 'last'],
    queryFn: () => answerOf(api.GET('/api/v1/events', { params: { query: { limit: 1 } } })),
  })
  const last = events.data?.data[0]
  if (narrowed) {
    return (
      <Empty title={`0 of ${formatCount(all.data?.total ?? 0)} alerts match.`}>
        <p>
          Asked for:{' '}
          {clausesOf(look.q).map((clause) => (
            <code key={clause} className="mr-1 rounded-chip bg-bg px-1 font-mono text-small">
              {clause}
            </code>
          ))}
        </p>
        <Button onClick={onClear}>Show the view without it</Button>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing needs you.">
      {last ? (
        <p>
          The last line came in at <Time at={last.received_at} />. New alerts appear here by themselves.
        </p>
      ) : (
        <p>Nothing has come in yet. Add logs, and what is unusual in them appears here.</p>
      )}
    </Empty>
  )
}
