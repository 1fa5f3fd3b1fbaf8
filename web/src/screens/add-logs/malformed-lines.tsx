import { plural } from '../../parts/number.ts'
import type { LogText } from './log-text.ts'

/** Lists lines that are not valid JSON. They are analysed as plain text. */
export const MalformedLines = ({ text }: { readonly text: LogText }) => {
  const { malformed, malformedCount } = text
  if (malformedCount === 0) return null
  return (
    <details className="border-t border-line px-4 py-2.5">
      <summary className="min-h-6 text-high">{plural(malformedCount, 'line is', 'lines are')} not valid JSON</summary>
      <ol className="mt-1 flex flex-col gap-0.5">
        {malformed.map(({ number, text: line }) => (
          <li key={number} className="flex gap-3">
            <span className="tabular w-16 shrink-0 text-right text-small leading-[1.125rem] text-text-2">
              Line {number}
            </span>
            <span className="log line-clamp-2">{line}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}
