import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { chosenOf, toggleValue } from '../../alert/filter-text.ts'
import { resolutionWord, statusWord, toWords } from '../../alert/words.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { classNames } from '../../parts/class-names.ts'
import { formatCount } from '../../parts/number.ts'
import { type Severity, SeverityMark, severities } from '../../parts/severity.tsx'
import { type FacetField, facetFields } from './facet-fields.ts'
import { type Look, toQuery } from './look.ts'
import type { Counts } from './use-counts.ts'

type Facet = Noun<'AlertCounts'>['facets'][number]

const shownAtFirst = 6

interface FacetsProps {
  readonly look: Look
  readonly counts: Counts
  readonly onFilter: (q: string) => void
}

/** The values that there are, with how many of each; a click asks for a value or no longer asks for it. */
export const Facets = ({ look, counts: { data, counting, asOf, open, toggle }, onFilter }: FacetsProps) => {
  const byField = new Map(data?.facets.map((facet) => [facet.field, facet]))
  return (
    <div className="flex flex-col gap-1 py-2" aria-busy={counting}>
      {facetFields.map(({ field, name }) => (
        <section key={field} aria-label={name}>
          <button
            type="button"
            aria-expanded={open.has(field)}
            onClick={() => toggle(field)}
            className="flex min-h-7 w-full items-center gap-1 px-3 text-small font-semibold text-text-2 hover:text-text"
          >
            <ChevronRight
              size={13}
              aria-hidden
              className={classNames('transition-transform', open.has(field) && 'rotate-90')}
            />
            {name}
          </button>
          {open.has(field) && (
            <FacetValues facet={byField.get(field)} field={field} look={look} asOf={asOf} onFilter={onFilter} />
          )}
        </section>
      ))}
    </div>
  )
}

interface FacetValuesProps {
  readonly facet: Facet | undefined
  readonly field: FacetField
  readonly look: Look
  readonly asOf: string | undefined
  readonly onFilter: (q: string) => void
}

const FacetValues = ({ facet, field, look, asOf, onFilter }: FacetValuesProps) => {
  const [all, setAll] = useState(false)
  const [text, setText] = useState('')
  const searched = useQuery({
    queryKey: ['queue counts', 'search', toQuery(look), field, text, asOf],
    queryFn: () =>
      answerOf(
        api.GET('/api/v1/alerts/counts', {
          params: { query: { ...toQuery(look), fields: [field], contains: text, limit: 30 } },
        }),
      ),
    enabled: text !== '',
    placeholderData: (before) => before,
  })
  if (!facet) return <div className="h-6" />
  const chosen = chosenOf(look.q, field)
  const found = text === '' ? facet : (searched.data?.facets[0] ?? facet)
  const values = inOrder(field, found.values)
  const missing = chosen.values
    .filter((value) => !values.some((one) => one.value === value))
    .map((value) => ({ value, count: 0 }))
  const shown = [...values.slice(0, all || text !== '' ? values.length : shownAtFirst), ...missing]
  return (
    <div className="mb-1">
      <ul>
        {shown.map(({ value, count }) => (
          <FacetValue
            key={value}
            field={field}
            value={value}
            count={count}
            chosen={chosen.values.includes(value)}
            onToggle={() => onFilter(toggleValue(look.q, field, value))}
          />
        ))}
        {facet.without > 0 && field === 'assignee' && text === '' && (
          <FacetValue
            field={field}
            value={undefined}
            count={facet.without}
            chosen={chosen.none}
            onToggle={() => onFilter(toggleValue(look.q, field, null))}
          />
        )}
      </ul>
      {facet.distinct === 0 && missing.length === 0 && facet.without === 0 && (
        <p className="pl-7 text-small text-text-2">none</p>
      )}
      {facet.distinct > shownAtFirst && !all && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="min-h-6 pl-7 text-small text-accent hover:underline"
        >
          {formatCount(facet.distinct - shownAtFirst)} more
        </button>
      )}
      {all && facet.distinct > 12 && (
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label={`Find among ${formatCount(facet.distinct)}`}
          placeholder={`Find among ${formatCount(facet.distinct)}`}
          className="mx-3 my-1 h-7 w-[calc(100%-1.5rem)] rounded-control border border-line-strong bg-surface px-2 text-small"
        />
      )}
    </div>
  )
}

interface FacetValueProps {
  readonly field: FacetField
  /** Undefined stands for having none. */
  readonly value: string | undefined
  readonly count: number
  readonly chosen: boolean
  readonly onToggle: () => void
}

const FacetValue = ({ field, value, count, chosen, onToggle }: FacetValueProps) => {
  const severity = field === 'severity' ? severities.find((one) => one === value) : undefined
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={onToggle}
        title={value}
        className={classNames(
          'flex min-h-6 w-full items-center gap-2 pr-3 pl-7 text-left hover:bg-hover',
          chosen && 'bg-sel font-semibold',
        )}
      >
        {severity && <SeverityMark severity={severity} size={10} />}
        <span className={classNames('min-w-0 flex-1 truncate', value === undefined && 'text-text-2')}>
          {value === undefined ? 'nobody' : wordOf(field, value)}
        </span>
        <span className="tabular font-mono text-small text-text-2">{formatCount(count)}</span>
      </button>
    </li>
  )
}

const statuses = ['new', 'triaged', 'investigating', 'resolved', 'false_positive', 'suppressed'] as const

const wordOf = (field: FacetField, value: string): string => {
  if (field === 'status') {
    const status = statuses.find((one) => one === value)
    return status ? statusWord(status) : value
  }
  if (field === 'resolution') return resolutionWord(value)
  return field === 'verdict' || field === 'type' ? toWords(value) : value
}

const ladders: Partial<Record<FacetField, readonly string[]>> = {
  severity: severities satisfies readonly Severity[],
  status: statuses,
  verdict: ['malicious', 'likely_malicious', 'suspicious', 'inconclusive', 'likely_benign', 'benign'],
}

/** What has an order of its own is shown in it; the rest as it comes, the most frequent first. */
const inOrder = (field: FacetField, values: Facet['values']): Facet['values'] => {
  const ladder = ladders[field]
  return ladder ? [...values].sort((a, b) => ladder.indexOf(a.value) - ladder.indexOf(b.value)) : values
}
