import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { clausesOf } from '../../alert/filter-text.ts'
import { answerOf, api } from '../../api/client.ts'
import { Button } from '../../parts/button.tsx'
import { plural } from '../../parts/number.ts'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { type QueueView, toQuery } from './queue-view.ts'

interface EmptyQueueProps {
  readonly view: QueueView
  /** Whether the user changed the filter of the saved view. */
  readonly filtered: boolean
  readonly onReset: () => void
}

/** The empty state of the queue: no matches, no alerts, or no logs. */
export const EmptyQueue = ({ view, filtered, onReset }: EmptyQueueProps) => {
  const all = useQuery({
    queryKey: ['queue counts', 'of', toQuery(view)],
    queryFn: () => answerOf(api.GET('/api/v1/alerts/counts', { params: { query: { fields: [] } } })),
  })
  const events = useQuery({
    queryKey: ['events', 'last'],
    queryFn: () => answerOf(api.GET('/api/v1/events', { params: { query: { limit: 1 } } })),
  })
  const last = events.data?.data[0]
  if (filtered) {
    return (
      <Empty title={`0 of ${plural(all.data?.total ?? 0, 'alert matches', 'alerts match')}`}>
        <p>
          Filter:{' '}
          {clausesOf(view.q).map((clause) => (
            <code key={clause} className="mr-1 rounded-chip bg-bg px-1 font-mono text-small">
              {clause}
            </code>
          ))}
        </p>
        <Button onClick={onReset}>Reset filter</Button>
      </Empty>
    )
  }
  return (
    <Empty title="No alerts">
      {last ? (
        <p>
          Last log line received: <Time at={last.received_at} />. New alerts appear here automatically.
        </p>
      ) : (
        <p>
          No logs received yet.{' '}
          <Link to="/add" className="text-accent underline">
            Add logs
          </Link>{' '}
          to detect anomalies in them.
        </p>
      )}
    </Empty>
  )
}
