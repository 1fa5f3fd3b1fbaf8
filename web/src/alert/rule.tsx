import type { Noun } from '../api/client.ts'

/** The rules that an alert is by, with what their authors want to be told along; nothing when it is by none. */
export const RuleOf = ({ detections }: { readonly detections: readonly Noun<'Detection'>[] }) => {
  const rules = new Map(detections.flatMap(({ rule }) => (rule ? [[rule.id, rule] as const] : [])))
  if (rules.size === 0) return null
  return (
    <section aria-label="Rule" className="border-t border-line px-4 py-3">
      {[...rules.values()].map(({ id, title, author, license, false_positives, references }) => (
        <div key={id} className="flex flex-col gap-1">
          <h3 className="font-semibold">Rule: {title}</h3>
          <p className="text-small text-text-2">
            {[author && `by ${author}`, license, id].filter(Boolean).join(' · ')}
          </p>
          {false_positives.length > 0 && (
            <p>
              <span className="text-text-2">Known to be harmless when:</span> {false_positives.join('; ')}
            </p>
          )}
          {references.map((address) => (
            <span key={address} className="truncate font-mono text-small text-text-2">
              {address}
            </span>
          ))}
        </div>
      ))}
    </section>
  )
}
