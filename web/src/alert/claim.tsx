import type { Noun } from '../api/client.ts'
import { classNames } from '../parts/class-names.ts'

interface ClaimProps {
  readonly claim: Noun<'TriageClaim'>
  readonly references: ReadonlyMap<string, Noun<'TriageReference'>>
  readonly onCite: (eventId: string) => void
}

/** A reason for or against a verdict, with links to its evidence. */
export const Claim = ({ claim: { sign, text, evidence_ids }, references, onCite }: ClaimProps) => (
  <li className="flex gap-2">
    <span className={classNames('w-3 shrink-0 font-mono font-semibold', sign === 'for' ? 'text-high' : 'text-ok')}>
      <span aria-hidden>{sign === 'for' ? '+' : '−'}</span>
      <span className="sr-only">{sign === 'for' ? 'for:' : 'against:'}</span>
    </span>
    <span className="min-w-0 wrap-anywhere">
      {text}{' '}
      {evidence_ids.map((id) => {
        const reference = references.get(id)
        return reference?.kind === 'event' ? (
          <button
            key={id}
            type="button"
            title={reference.text}
            aria-label={`Line ${id}: ${reference.text}`}
            onClick={() => onCite(reference.target)}
            className="mr-1 inline-flex min-h-6 items-center rounded-chip px-1 font-mono text-small text-accent hover:bg-sel"
          >
            [{id}]
          </button>
        ) : (
          <span key={id} title={reference?.text} className="mr-1 font-mono text-small text-text-2">
            [{id}]
          </span>
        )
      })}
    </span>
  </li>
)
