import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { ModelPart } from './model-part.tsx'
import { toWords } from './words.ts'

interface ShadowOpinionsProps {
  readonly alertId: string
  readonly references: ReadonlyMap<string, Noun<'TriageReference'>>
  readonly onCite: (eventId: string) => void
}

/** What models that are only listened to said of an alert. It stays folded: whoever decides is not to be led by it. */
export const ShadowOpinions = ({ alertId, references, onCite }: ShadowOpinionsProps) => {
  const said = useQuery({
    queryKey: ['alerts', alertId, 'opinions'],
    queryFn: () => answerOf(api.GET('/api/v1/alerts/{id}/opinions', { params: { path: { id: alertId } } })),
  }).data?.data.filter(({ shadow }) => shadow)
  if (!said || said.length === 0) return null
  return (
    <details className="group/shadow border-t border-line pt-2">
      <summary className="inline-flex min-h-6 items-center gap-1 text-small text-text-2">
        <ChevronRight size={14} aria-hidden className="group-open/shadow:rotate-90" />
        In the shadow: {said.length === 1 ? 'one model' : `${said.length} models`}, without effect
      </summary>
      <div className="mt-2 flex flex-col gap-3 border-l-2 border-dashed border-line-strong pl-3">
        <p className="text-small text-text-2">
          Nothing here changes the verdict, the risk or who is told. It is kept to see how these models do.
        </p>
        {said.map(({ opinion, rules }) => (
          <div key={opinion.provider}>
            <ModelPart model={opinion} references={references} onCite={onCite} shadow />
            <p className="text-small text-text-2">
              The rules said {toWords(rules.verdict)}, {rules.risk_level}.
            </p>
          </div>
        ))}
      </div>
    </details>
  )
}
