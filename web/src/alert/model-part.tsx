import { ChevronRight } from 'lucide-react'
import type { Noun } from '../api/client.ts'
import { classNames } from '../parts/class-names.ts'
import { formatCount } from '../parts/number.ts'
import { Time } from '../parts/time.tsx'
import { Claim } from './claim.tsx'
import { toWords } from './words.ts'

interface ModelPartProps {
  readonly model: Noun<'ModelOpinion'>
  readonly references: ReadonlyMap<string, Noun<'TriageReference'>>
  readonly onCite: (eventId: string) => void
  /** Whether its word changes nothing. */
  readonly shadow?: boolean
}

/** What a language model said of an alert: it stands beside the card, as text, with what it cost and what of it fell. */
export const ModelPart = ({ model, references, onCite, shadow = false }: ModelPartProps) => {
  const { status, verdict, summary, claims, dropped, claims_dropped, raised, reason } = model
  const answered = status === 'answered' || status === 'cached'
  return (
    <section
      aria-label={shadow ? `In the shadow: ${model.provider}` : 'Model'}
      className={classNames('flex flex-col gap-1', !shadow && 'border-t border-line pt-2')}
    >
      <h3 className="text-small text-text-2">
        {model.provider === '' ? 'Model' : `${model.provider} · ${model.model}`}
        {answered && verdict && ` calls it ${toWords(verdict)}`}
        {raised && `; raised from ${raised.from.risk_score} to ${raised.to.risk_score}`}
      </h3>
      {!answered && (
        <p className="text-small text-text-2">
          {told[status]}
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
            {claims_dropped === 1 ? 'One claim' : `${claims_dropped} claims`} dropped
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

const told: Readonly<Record<string, string>> = {
  rejected: 'Its answer failed the checks',
  failed: 'It did not answer',
  skipped: 'It was not asked',
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
    ...(status === 'cached' ? ['kept from before'] : [`${(duration_ms / 1000).toFixed(1)} s`]),
    `${formatCount(input_tokens + output_tokens)} tokens`,
    cost_usd === 0 ? '$0' : `$${cost_usd.toFixed(4)}`,
    `${formatCount(redactions)} names masked`,
    ...(secrets > 0 ? [`${formatCount(secrets)} secrets taken out`] : []),
  ].join(' · ')
