import type { Noun } from '../../api/client.ts'
import { formatCount } from '../../parts/number.ts'
import { Time } from '../../parts/time.tsx'

/** The chart data as a table, for screen readers. */
export const TimelineTable = ({ timeline }: { readonly timeline: Noun<'Timeline'> }) => (
  <details className="text-small">
    <summary className="inline-flex min-h-6 items-center text-text-2 hover:text-text">Show as table</summary>
    <div className="overflow-x-auto">
      <table className="tabular w-full">
        <thead>
          <tr className="text-left text-text-2">
            {['Time', 'Errors', 'Warnings', 'Other', 'Usual total', 'Anomalies'].map((head) => (
              <th key={head} scope="col" className="border-b border-line py-1 pr-4 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {timeline.buckets.map(({ time, error, warning, other, usual_low: low, usual_high: high }) => (
            <tr key={time}>
              <th scope="row" className="py-0.5 pr-4 text-left font-normal">
                <Time at={time} show="clock" />
              </th>
              {[error, warning, other].map((count, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns are always the same.
                <td key={column} className="pr-4">
                  {formatCount(count)}
                </td>
              ))}
              <td className="pr-4">
                {low === null || high === null ? '' : `${formatCount(low)}–${formatCount(high)}`}
              </td>
              <td className="font-mono">
                {timeline.lanes
                  .flatMap(({ stream, cells }) => {
                    const cell = cells.find((one) => one.time === time)
                    return cell ? `${stream} ${cell.score}${cell.fewer ? ' (below usual)' : ''}` : []
                  })
                  .join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)
