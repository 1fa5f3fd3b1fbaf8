import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { answerOf, api } from '../../api/client.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { Screen } from '../../shell/screen.tsx'
import { IncidentView } from './incident-view.tsx'

/** The screen of one incident. */
export const Incident = () => {
  const { id } = useParams({ from: '/incidents/$id' })
  const incident = useQuery({
    queryKey: ['incidents', id],
    queryFn: () => answerOf(api.GET('/api/v1/incidents/{id}', { params: { path: { id } } })),
  })
  return (
    <Screen
      title={incident.data?.display_id ?? 'Incident'}
      bar={
        <Link to="/incidents" className="flex min-h-6 items-center gap-1 text-text-2 hover:text-text">
          <ChevronLeft size={15} aria-hidden /> Incidents
        </Link>
      }
    >
      <QueryView query={incident} loading="Loading incident…">
        {(found) => <IncidentView incident={found} />}
      </QueryView>
    </Screen>
  )
}
