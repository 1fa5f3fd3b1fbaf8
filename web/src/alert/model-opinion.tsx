import { ChevronRight } from 'lucide-react'
import type { Noun } from '../api/client.ts'
import { classNames } from '../parts/class-names.ts'
import { toWords } from '../parts/label.ts'
import { plural } from '../parts/number.ts'
import { Time } from '../parts/time.tsx'
import { Claim } from './claim.tsx'

interface ModelOpinionProps {
  readonly model: Noun<'ModelOpinion'>
  readonly references: ReadonlyMap<string, Noun<'TriageReference'>>
  readonly onCite: (eventId: string) => void
  /** Set in shadow mode, where the opinion has no effect. */
  readonly shadow?: boolean
}

/** The opinion of a language model, with its cost and the claims that failed the checks. */
export const ModelOpinion = ({ model, references, onCite, shadow = false }: ModelOpinionProps) => {
  const { status, verdict, summary, claims, dropped, claims_dropped, raised, reason } = model
  const answered = status === 'answered' || status === 'cached'
  return (
    <section
      aria-label={shadow ? `Shadow model: ${model.provider}` : 'Model'}
      className={classNames('flex flex-col gap-1', !shadow && 'border-t border-line pt-2')}
    >
      <h3 className="text-small text-text-2">
        {model.provider === '' ? 'Model' : `${model.provider} · ${model.model}`}
        {answered && verdict && `: ${toWords(verdict)}`}
        {raised && `, raised the risk from ${raised.from.risk_score} to ${raised.to.risk_score}`}
      </h3>
      {!answered && (
        <p className="text-small text-text-2">
          {failures[status]}
          {reason ? `: ${reason}` : ''}
        </p>
      )}
      {summary !== '' && <p className="text-pretty">{summary}</p>}
      {claims.length > 0 && (
        <ul className="flex flex-col gap-1">
          {claims.map((claim) => (
            <Claim key={claim.text} claim={claim} references={references} onCite={onCite} />
          ))}
        </ul>
      )}
      {claims_dropped > 0 && (
        <details className="group text-small">
          <summary className="inline-flex min-h-6 items-center gap-1 text-text-2">
            <ChevronRight size={14} aria-hidden className="group-open:rotate-90" />
            {plural(claims_dropped, 'unsupported claim')} removed
          </summary>
          <ul className="mt-1 flex flex-col gap-1 text-text-2">
            {dropped.map((claim) => (
              <li key={`${claim.text} ${claim.reason}`}>
                <s>{claim.text}</s> ({claim.reason})
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="text-small text-text-2">
        {facts(model)} · <Time at={model.asked_at} />
      </p>
    </section>
  )
}

const failures: Readonly<Record<string, string>> = {
  rejected: 'Response failed the checks',
  failed: 'No response',
  skipped: 'Not asked',
}

const facts = ({
  prompt,
  status,
  duration_ms,
  input_tokens,
  output_tokens,
  cost_usd,
  redactions,
  secrets,
}: Noun<'ModelOpinion'>): string =>
  [
    prompt,
    status === 'cached' ? 'cached' : `${(duration_ms / 1000).toFixed(1)} s`,
    plural(input_tokens + output_tokens, 'token'),
    cost_usd === 0 ? '$0' : `$${cost_usd.toFixed(4)}`,
    `${plural(redactions, 'value')} masked`,
    ...(secrets > 0 ? [`${plural(secrets, 'secret')} removed`] : []),
  ].join(' · ')
