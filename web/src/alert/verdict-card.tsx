import { ChevronRight, CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Noun } from '../api/client.ts'
import { classNames } from '../parts/class-names.ts'
import { toLabel, toWords } from '../parts/label.ts'
import { usePrinting } from '../parts/printing.ts'
import { Time } from '../parts/time.tsx'
import { AskModel } from './ask-model.tsx'
import { Claim } from './claim.tsx'
import { ModelOpinion } from './model-opinion.tsx'
import { ShadowOpinions } from './shadow-opinions.tsx'

type Triage = Noun<'TriageResult'>

interface VerdictCardProps {
  readonly alert: Noun<'Alert'>
  readonly triage: Triage
  /** Shows the line that a claim cites. */
  readonly onCite: (eventId: string) => void
  /** Text shown next to the card. The summary is omitted if it repeats this text. */
  readonly shownText?: string
}

/** The result of triage: verdict, reasons, missing information and next steps. */
export const VerdictCard = ({ alert, triage, onCite, shownText = '' }: VerdictCardProps) => {
  const references = new Map(triage.references.map((one) => [one.id, one]))
  const claims = (side: 'for' | 'against') => triage.claims.filter(({ sign }) => sign === side)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <strong className={classNames('text-title', verdictColours[triage.verdict])}>{toLabel(triage.verdict)}</strong>
        <Confidence value={triage.confidence} />
        <span className="text-small text-text-2">
          Risk <span className="tabular font-mono font-medium text-text">{triage.risk_score}</span>
        </span>
      </div>
      {!shownText.includes(triage.summary) && <p className="text-pretty wrap-anywhere">{triage.summary}</p>}
      {triage.requires_human_review && (
        <div className="flex gap-2 rounded-control border border-high/40 bg-tint-high px-3 py-2">
          <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-high" />
          <p>
            <span className="font-medium">Needs review</span>
            {triage.review_reasons.length > 0 && <>: {triage.review_reasons.join('; ')}</>}
          </p>
        </div>
      )}
      <Part title="Reasons">
        <ul className="flex flex-col gap-1">
          {[...claims('for'), ...claims('against')].map((claim) => (
            <Claim key={claim.text} claim={claim} references={references} onCite={onCite} />
          ))}
        </ul>
      </Part>
      <TextPart title="Missing information" items={triage.missing} />
      <TextPart title="Would change the verdict" items={triage.would_change} />
      {triage.recommended_actions.length > 0 && (
        <Part title="Next steps">
          <ol className="flex flex-col gap-1">
            {triage.recommended_actions.map(({ action, reversible }, index) => (
              <li key={action} className="flex gap-2">
                <span className="tabular text-text-2">{index + 1}</span>
                <span className="min-w-0">
                  {action}
                  {!reversible && <span className="text-small text-text-2"> (irreversible)</span>}
                </span>
              </li>
            ))}
          </ol>
        </Part>
      )}
      {triage.review && (
        <Part title={`Review by ${triage.review.reviewer}`}>
          <p>
            {toLabel(triage.review.verdict)}. {triage.review.notes}
          </p>
        </Part>
      )}
      {triage.model && <ModelOpinion model={triage.model} references={references} onCite={onCite} />}
      <AskModel alert={alert} />
      <ShadowOpinions alertId={alert.id} references={references} onCite={onCite} />
      <RiskCalculation triage={triage} />
      <p className="border-t border-line pt-2 text-small text-text-2">
        {methodOf(triage.model)} · <Time at={triage.calculated_at} />
      </p>
    </div>
  )
}

/** The text colour of each verdict. */
export const verdictColours: Readonly<Record<Noun<'Verdict'>, string>> = {
  malicious: 'text-critical',
  likely_malicious: 'text-critical',
  suspicious: 'text-high',
  likely_benign: 'text-ok',
  benign: 'text-ok',
  inconclusive: 'text-text-2',
}

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section aria-label={title}>
    <h3 className="mb-1 text-small text-text-2">{title}</h3>
    {children}
  </section>
)

const TextPart = ({ title, items }: { readonly title: string; readonly items: readonly string[] }) =>
  items.length === 0 ? null : (
    <Part title={title}>
      <p>{items.join(' · ')}</p>
    </Part>
  )

/** How sure a verdict is, from 0 to 1. */
export const Confidence = ({ value }: { readonly value: number }) => (
  <span className="inline-flex items-center gap-1.5 text-small text-text-2">
    Confidence <span className="tabular font-medium text-text">{Math.round(value * 100)} %</span>
    <span aria-hidden className="flex gap-0.5">
      {[0.1, 0.3, 0.5, 0.7, 0.9].map((step) => (
        <span key={step} className={classNames('h-2.5 w-1.5 rounded-cell', value >= step ? 'bg-text-2' : 'bg-line')} />
      ))}
    </span>
  </span>
)

/** The calculation of the risk score. */
const RiskCalculation = ({ triage: { breakdown, factors, risk_score, model } }: { readonly triage: Triage }) => {
  const printing = usePrinting()
  const { severity, threat_intel, asset_criticality, exploitability } = breakdown
  const parts = [
    ['Severity', severity],
    ['Threat intelligence', threat_intel],
    ['Asset criticality', asset_criticality],
    ['Exploitability', exploitability],
  ] as const
  return (
    // The key opens it for the print, and closes it again.
    <details key={String(printing)} open={printing} className="group text-small">
      <summary className="inline-flex min-h-6 items-center gap-1 text-text-2">
        <ChevronRight size={14} aria-hidden className="group-open:rotate-90" />
        How {model?.raised ? model.raised.from.risk_score : risk_score} was calculated
      </summary>
      <table className="mt-1 w-full">
        <tbody>
          {parts.map(([name, { score, weight }]) => (
            <tr key={name}>
              <th scope="row" className="py-0.5 text-left font-normal text-text-2">
                {name}
              </th>
              <td className="tabular py-0.5 text-right font-mono">
                {Math.round(score)} × {weight}
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row" className="py-0.5 text-left font-normal text-text-2">
              Type ({toWords(factors.alert_type)}), history
            </th>
            <td className="tabular py-0.5 text-right font-mono">
              × {factors.type_multiplier} × {factors.historical_multiplier}
            </td>
          </tr>
        </tbody>
      </table>
    </details>
  )
}

const methodOf = (model: Triage['model']): string =>
  model?.status === 'answered' || model?.status === 'cached'
    ? 'By rules, statistics and a model'
    : 'By rules and statistics'
