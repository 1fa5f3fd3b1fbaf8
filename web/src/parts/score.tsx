import { formatCount } from './number.ts'

const steps = [3, 25, 50, 75, 90]

/** Maps a score of 0–100 to a step of the heat ramp, 0–5. */
export const heatStep = (score: number): number => steps.filter((step) => score >= step).length

/** An anomaly score of 0–100 on its heat colour. */
export const ScoreCell = ({ score }: { readonly score: number }) => (
  <span
    className={`tabular inline-flex h-5 w-8 items-center justify-center rounded-cell font-mono text-small ${heats[heatStep(score)]}`}
    title={`Anomaly score ${Math.round(score)} out of 100`}
  >
    {Math.round(score)}
  </span>
)

/** Says how an anomaly ranks among those of 14 days. */
export const rankText = (rank: number | null, of: number): string =>
  rank === null
    ? `Too few anomalies in 14 days to compare: ${formatCount(of)}`
    : `More unusual than ${rank} % of ${formatCount(of)} anomalies in 14 days`

/** The rank of an anomaly among those of the last 14 days, in percent. */
export const RankCell = ({ rank, of }: { readonly rank: number | null; readonly of: number }) => {
  const text = rankText(rank, of)
  return (
    <span
      className={`tabular inline-flex h-5 w-11 items-center justify-center rounded-cell font-mono text-small ${heats[heatStep(rank ?? 0)]}`}
      title={text}
    >
      <span aria-hidden>{rank === null ? '–' : `${Math.floor(rank)} %`}</span>
      <span className="sr-only">{text}</span>
    </span>
  )
}

const heats = [
  'bg-heat-0 text-on-heat-0',
  'bg-heat-1 text-on-heat-1',
  'bg-heat-2 text-on-heat-2',
  'bg-heat-3 text-on-heat-3',
  'bg-heat-4 text-on-heat-4',
  'bg-heat-5 text-on-heat-5',
]

/** The heat ramp for charts, by step. */
export const heatColours = [0, 1, 2, 3, 4, 5].map((step) => `var(--heat-${step})`)
