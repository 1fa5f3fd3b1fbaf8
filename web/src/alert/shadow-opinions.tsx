import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toWords } from '../parts/label.ts'
import { plural } from '../parts/number.ts'
import { ModelOpinion } from './model-opinion.tsx'

interface ShadowOpinionsProps {
  readonly alertId: string
  readonly references: ReadonlyMap<string, Noun<'TriageReference'>>
  readonly onCite: (eventId: string) => void
}

/** The opinions of models in shadow mode. Collapsed, so that they do not influence the analyst. */
export const ShadowOpinions = ({ alertId, references, onCite }: ShadowOpinionsProps) => {
  const opinions = useQuery({
    queryKey: ['alerts', alertId, 'opinions'],
    queryFn: () => answerOf(api.GET('/api/v1/alerts/{id}/opinions', { params: { path: { id: alertId } } })),
  }).data?.data.filter(({ shadow }) => shadow)
  if (!opinions || opinions.length === 0) return null
  return (
    <details className="group/shadow border-t border-line pt-2">
      <summary className="inline-flex min-h-6 items-center gap-1 text-small text-text-2">
        <ChevronRight size={14} aria-hidden className="group-open/shadow:rotate-90" />
        Shadow mode: {plural(opinions.length, 'model')}, no effect
      </summary>
      <div className="mt-2 flex flex-col gap-3 border-l-2 border-dashed border-line-strong pl-3">
        <p className="text-small text-text-2">
          These opinions do not change the verdict, the risk or notifications. Use them to evaluate the models.
        </p>
        {opinions.map(({ opinion, rules }) => (
          <div key={opinion.provider}>
            <ModelOpinion model={opinion} references={references} onCite={onCite} shadow />
            <p className="text-small text-text-2">
              Rules: {toWords(rules.verdict)}, {rules.risk_level}
            </p>
          </div>
        ))}
      </div>
    </details>
  )
}
