import { useQuery } from '@tanstack/react-query'
import { answerOf, api } from '../../api/client.ts'

/** The dashboard names the newest; `vedette dead-letters list` has all. */
const mostShown = 3

/** Whose lines the newest dead letters are, and why they failed. */
export const DeadLetters = ({ count }: { readonly count: number }) => {
  const { data } = useQuery({
    queryKey: ['overview', 'dead letters', count],
    queryFn: () => answerOf(api.GET('/api/v1/dead-letters')),
  })
  return data?.data.slice(0, mostShown).map(({ id, topic, sources, place, reason }) => {
    const origin = [sources.join(', ') || topic, place ?? ''].join(' ')
    return (
      <div key={id} className="flex gap-2 pb-1 pl-5 text-small text-text-2">
        <dt className="min-w-0 flex-1 truncate font-mono" title={origin}>
          {origin}
        </dt>
        <dd className="min-w-0 flex-1 truncate text-right" title={reason}>
          {reason}
        </dd>
      </div>
    )
  })
}
