import type { Noun } from '../api/client.ts'
import { classNames } from '../parts/class-names.ts'
import { rankText } from '../parts/score.tsx'

type Alert = Noun<'Alert'>

interface ExplanationProps {
  readonly alert: Alert
  /** Undefined until it is loaded. */
  readonly rank: Noun<'AlertDetails'>['rank'] | undefined
}

/** Explains an alert: the value seen, the usual range, the contributions, which add up to the score, and its rank among the anomalies before it. */
export const Explanation = ({ alert, rank }: ExplanationProps) => {
  const maxWeight = Math.max(...alert.contributions.map(({ weight }) => Math.abs(weight)), 0.01)
  return (
    <div className="flex flex-col gap-3">
      <p className="text-pretty wrap-anywhere">{alert.sentence}</p>
      <dl className="grid grid-cols-2 gap-3">
        <div className="rounded-control bg-bg px-3 py-2">
          <dt className="text-small text-text-2">Seen</dt>
          <dd className="font-mono text-title break-words">{alert.value}</dd>
        </div>
        <div className="rounded-control bg-bg px-3 py-2">
          <dt className="text-small text-text-2">Usual</dt>
          <dd className="font-mono text-title break-words">{alert.usual}</dd>
        </div>
      </dl>
      <table className="w-full border-collapse">
        <caption className="sr-only">Contributions to the score of {points(alert.score)} out of 100</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Points</th>
            <th scope="col">Seen and usual</th>
          </tr>
        </thead>
        <tbody>
          {alert.contributions.map(({ feature, value, usual, weight }) => (
            <tr key={feature} className="border-t border-line align-top first:border-t-0">
              <th scope="row" className="py-1.5 pr-3 text-left font-normal wrap-anywhere">
                {feature}
                <span aria-hidden className="mt-1 block h-1.5 w-full rounded-chip bg-bg">
                  <span
                    className={classNames('block h-full rounded-chip', weight < 0 ? 'bg-ok' : 'bg-fill-high')}
                    style={{ width: `${Math.max(2, (Math.abs(weight) / maxWeight) * 100)}%` }}
                  />
                </span>
              </th>
              <td className="tabular w-12 py-1.5 text-right font-mono font-medium">
                {weight < 0 ? '−' : '+'}
                {points(Math.abs(weight))}
              </td>
              <td className="w-1/2 py-1.5 pl-3 text-small text-text-2">
                <span className="font-mono wrap-anywhere text-text">{value}</span>
                {usual !== '' && `, usual ${usual}`}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t border-line-strong">
            <th scope="row" className="py-1.5 text-left font-medium">
              Score
            </th>
            <td className="tabular py-1.5 text-right font-mono font-semibold">{points(alert.score)}</td>
            <td className="py-1.5 pl-3 text-small text-text-2">out of 100, by {alert.detectors.join(', ')}</td>
          </tr>
        </tfoot>
      </table>
      {rank && alert.detectors.some((name) => name !== 'external') && (
        <p className="text-small text-text-2">{rankText(rank.percent, rank.of)}.</p>
      )}
    </div>
  )
}

const points = (score: number): number => Math.round(score * 100)
