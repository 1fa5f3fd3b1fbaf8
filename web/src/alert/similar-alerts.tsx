import { Link } from '@tanstack/react-router'
import type { Noun } from '../api/client.ts'
import { Time } from '../parts/time.tsx'
import { resolutionLabel } from './labels.ts'

/** Similar earlier alerts and their resolutions. */
export const SimilarAlerts = ({ similar }: { readonly similar: readonly Noun<'SimilarAlert'>[] }) =>
  similar.length === 0 ? (
    <p className="text-text-2">No similar alerts</p>
  ) : (
    <ul className="flex flex-col">
      {similar.map(({ alert_id, title, similarity, resolution, last_seen }) => (
        <li key={alert_id}>
          <Link
            to="/alerts"
            search={{ q: `id:"${alert_id}"`, open: alert_id }}
            className="flex min-h-8 items-center gap-3 rounded-control px-1 hover:bg-hover"
          >
            <span className="tabular w-10 shrink-0 text-right font-mono text-small" title="Similarity">
              {Math.round(similarity * 100)} %
            </span>
            <span className="min-w-0 flex-1 truncate">{title}</span>
            <span className={resolution === null ? 'text-text-2' : 'font-medium'}>
              {resolution === null ? 'Open' : resolutionLabel(resolution)}
            </span>
            <span className="text-small text-text-2">
              <Time at={last_seen} show="ago" />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
