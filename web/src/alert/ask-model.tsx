import { useQuery } from '@tanstack/react-query'
import { Eye, RotateCw, Square } from 'lucide-react'
import { useEffect, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { isOpen } from './labels.ts'
import { ModelInputDialog } from './model-input-dialog.tsx'
import { useModelAnswer } from './use-model-answer.ts'

/** Asks a model about an alert and previews the request. Hidden without a model or the role of an analyst. */
export const AskModel = ({ alert }: { readonly alert: Noun<'Alert'> }) => {
  const canAsk = useMay('analyst')
  const models = useQuery({
    queryKey: ['models'],
    queryFn: () => answerOf(api.GET('/api/v1/triage/models')),
    enabled: canAsk,
  })
  if (!canAsk || !models.data || models.data.models.every(({ shadow }) => shadow)) return null
  // Reset the state when another alert is shown.
  return <ModelControls key={alert.id} alert={alert} />
}

const ModelControls = ({ alert }: { readonly alert: Noun<'Alert'> }) => {
  const [previewing, setPreviewing] = useState(false)
  const { draft, asking, problem, ask, stop } = useModelAnswer(alert.id)
  return (
    <div className="flex flex-col gap-2">
      {asking && <Draft draft={draft} />}
      {problem && (
        <p role="alert" className="text-small text-critical">
          {problem.message}
          {problem.hint !== undefined && ` ${problem.hint}`}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {asking ? (
          <Button onClick={stop}>
            <Square size={14} aria-hidden />
            Stop
          </Button>
        ) : (
          isOpen(alert) && (
            <Button onClick={() => void ask()}>
              <RotateCw size={14} aria-hidden />
              {alert.triage?.model ? 'Ask again' : 'Ask a model'}
            </Button>
          )
        )}
        <Button variant="ghost" onClick={() => setPreviewing(true)}>
          <Eye size={14} aria-hidden />
          Preview request
        </Button>
      </div>
      {previewing && <ModelInputDialog alertId={alert.id} onClose={() => setPreviewing(false)} />}
    </div>
  )
}

/** The response of a model so far. */
const Draft = ({ draft }: { readonly draft: Noun<'OpinionDraft'> | undefined }) => {
  const seconds = useSeconds()
  return (
    <section
      aria-label="Draft response"
      className="flex flex-col gap-1 rounded-control border border-dashed border-line p-3"
    >
      <p role="status" className="text-small text-text-2">
        {draft ? `${draft.provider} · ${draft.model} is responding. Not checked yet.` : 'Waiting for the model…'}
      </p>
      {draft ? (
        <>
          <p className="text-pretty text-text-2 italic wrap-anywhere">{draft.summary.join(' ')}</p>
          {draft.claims.length > 0 && (
            <ul className="flex flex-col gap-1 text-text-2 italic">
              {draft.claims.map(({ text, sign }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a claim keeps its index while it is streamed
                <li key={i} className="flex gap-2">
                  <span aria-hidden className="w-3 shrink-0 font-mono not-italic">
                    {sign === 'against' ? '−' : sign === 'for' ? '+' : '·'}
                  </span>
                  <span className="min-w-0 wrap-anywhere">{text}</span>
                </li>
              ))}
            </ul>
          )}
        </>
      ) : (
        <p className="text-small text-text-2">{seconds} s</p>
      )}
    </section>
  )
}

const useSeconds = (): number => {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1_000)
    return () => clearInterval(timer)
  }, [])
  return seconds
}
