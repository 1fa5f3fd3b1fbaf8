import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { selectedValues, toggleValue } from '../../../alert/filter-text.ts'
import { resolutionLabel, statusLabel } from '../../../alert/labels.ts'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { classNames } from '../../../parts/class-names.ts'
import { toLabel } from '../../../parts/label.ts'
import { formatCount, plural } from '../../../parts/number.ts'
import { type Severity, SeverityMark, severities } from '../../../parts/severity.tsx'
import { type QueueView, toQuery } from '../queue-view.ts'
import { type Counts, type FacetField, facetFields } from './use-counts.ts'

type Facet = Noun<'AlertCounts'>['facets'][number]

const shownAtFirst = 6

interface FacetsProps {
  readonly view: QueueView
  readonly counts: Counts
  readonly onFilter: (q: string) => void
}

/** The values of each field with their counts. Clicking a value adds it to the filter or removes it. */
export const Facets = ({ view, counts: { data, counting, asOf, open, toggle }, onFilter }: FacetsProps) => {
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
            <FacetValues facet={byField.get(field)} field={field} view={view} asOf={asOf} onFilter={onFilter} />
          )}
        </section>
      ))}
    </div>
  )
}

interface FacetValuesProps {
  readonly facet: Facet | undefined
  readonly field: FacetField
  readonly view: QueueView
  readonly asOf: string | undefined
  readonly onFilter: (q: string) => void
}

const FacetValues = ({ facet, field, view, asOf, onFilter }: FacetValuesProps) => {
  const [all, setAll] = useState(false)
  const [text, setText] = useState('')
  const searched = useQuery({
    queryKey: ['queue counts', 'search', toQuery(view), field, text, asOf],
    queryFn: () =>
      answerOf(
        api.GET('/api/v1/alerts/counts', {
          params: { query: { ...toQuery(view), fields: [field], contains: text, limit: 30 } },
        }),
      ),
    enabled: text !== '',
    placeholderData: (before) => before,
  })
  if (!facet) return <div className="h-6" />
  const selected = selectedValues(view.q, field)
  const found = text === '' ? facet : (searched.data?.facets[0] ?? facet)
  const values = sortValues(field, found.values)
  /** The server counts only the most frequent values, and no patterns. */
  const isComplete = text === '' && facet.distinct <= facet.values.length
  const missing = selected.values
    .filter((value) => !values.some((one) => one.value === value))
    .map((value) => ({ value, count: isComplete && !/[*?]/.test(value) ? 0 : undefined }))
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
            selected={selected.values.includes(value)}
            onToggle={() => onFilter(toggleValue(view.q, field, value))}
          />
        ))}
        {facet.without > 0 && field === 'assignee' && text === '' && (
          <FacetValue
            field={field}
            value={undefined}
            count={facet.without}
            selected={selected.none}
            onToggle={() => onFilter(toggleValue(view.q, field, null))}
          />
        )}
      </ul>
      {facet.distinct === 0 && missing.length === 0 && facet.without === 0 && (
        <p className="pl-7 text-small text-text-2">None</p>
      )}
      {facet.distinct > shownAtFirst && !all && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="min-h-6 pl-7 text-small text-accent hover:underline"
        >
          Show {formatCount(facet.distinct - shownAtFirst)} more
        </button>
      )}
      {all && facet.distinct > 12 && (
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label={`Search ${plural(facet.distinct, 'value')}`}
          placeholder={`Search ${plural(facet.distinct, 'value')}`}
          className="mx-3 my-1 h-7 w-[calc(100%-1.5rem)] rounded-control border border-line-strong bg-surface px-2 text-small"
        />
      )}
    </div>
  )
}

interface FacetValueProps {
  readonly field: FacetField
  /** Undefined for alerts without a value. */
  readonly value: string | undefined
  /** Undefined if it is unknown. */
  readonly count: number | undefined
  readonly selected: boolean
  readonly onToggle: () => void
}

const FacetValue = ({ field, value, count, selected, onToggle }: FacetValueProps) => {
  const severity = field === 'severity' ? severities.find((one) => one === value) : undefined
  return (
    <li>
      <button
        type="button"
        aria-pressed={selected}
        onClick={onToggle}
        title={value}
        className={classNames(
          'flex min-h-6 w-full items-center gap-2 pr-3 pl-7 text-left hover:bg-hover',
          selected && 'bg-sel font-semibold',
        )}
      >
        {severity && <SeverityMark severity={severity} size={10} />}
        <span className={classNames('min-w-0 flex-1 truncate', value === undefined && 'text-text-2')}>
          {value === undefined ? 'Unassigned' : valueLabel(field, value)}
        </span>
        <span className="tabular font-mono text-small text-text-2">{count !== undefined && formatCount(count)}</span>
      </button>
    </li>
  )
}

const valueLabel = (field: FacetField, value: string): string => {
  if (field === 'status') return statusLabel(value)
  if (field === 'resolution') return resolutionLabel(value)
  return field === 'severity' || field === 'verdict' || field === 'type' ? toLabel(value) : value
}

const valueOrder: Partial<Record<FacetField, readonly string[]>> = {
  severity: severities satisfies readonly Severity[],
  status: ['new', 'triaged', 'investigating', 'resolved', 'false_positive', 'suppressed'],
  verdict: ['malicious', 'likely_malicious', 'suspicious', 'inconclusive', 'likely_benign', 'benign'],
}

/** Sorts ordered values such as severities. Other values keep the order of the server, most frequent first. */
const sortValues = (field: FacetField, values: Facet['values']): Facet['values'] => {
  const order = valueOrder[field]
  return order ? values.toSorted((a, b) => order.indexOf(a.value) - order.indexOf(b.value)) : values
}
