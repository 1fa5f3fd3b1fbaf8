import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toLabel } from '../../parts/label.ts'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { Screen } from '../../shell/screen.tsx'

type Analysis = Noun<'ResultAnalysis'>

/** How many queries and results are shown. */
const shown = 50

/** The monitored GraphQL and SQL queries, and their unusual results. */
export const Queries = () => {
  const queries = useQuery({
    queryKey: ['queries'],
    queryFn: () => answerOf(api.GET('/api/v1/queries', { params: { query: { limit: shown } } })),
  })
  const results = useQuery({
    queryKey: ['query results'],
    queryFn: () => answerOf(api.GET('/api/v1/query-results', { params: { query: { limit: shown } } })),
  })
  return (
    <Screen title="Queries">
      <div className="flex flex-col gap-4 p-4 md:p-6">
        <Panel title="Unusual results">
          <QueryView query={results} loading="Loading results…">
            {({ data }) =>
              data.length === 0 ? (
                <Empty title="No unusual results" />
              ) : (
                <ul className="divide-y divide-line border-t border-line">
                  {data.map((result) => (
                    <Result key={result.analysis_id ?? result.analyzed_at} result={result} />
                  ))}
                </ul>
              )
            }
          </QueryView>
        </Panel>
        <Panel title="Monitored queries">
          <QueryView query={queries} loading="Loading queries…">
            {({ data }) =>
              data.length === 0 ? (
                <Empty title="No queries yet">
                  <p>
                    Send the results of GraphQL or SQL queries to{' '}
                    <code className="font-mono">/api/v1/query-results</code>.
                  </p>
                </Empty>
              ) : (
                <ul className="divide-y divide-line border-t border-line">
                  {data.map((query) => (
                    <MonitoredQuery key={query.query_id} query={query} />
                  ))}
                </ul>
              )
            }
          </QueryView>
        </Panel>
      </div>
    </Screen>
  )
}

const Result = ({ result }: { readonly result: Analysis }) => {
  const { query_id, operation_name, dataset, analyzed_at, score, records, history_records } = result
  return (
    <li className="px-4 py-2.5">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-[550]">{operation_name ?? `Query ${query_id.slice(0, 12)}`}</span>
        <span className="text-text-2">{dataset}</span>
        <span className="tabular ml-auto text-small text-text-2">
          Score {Math.round(score * 100)} · {plural(records, 'record')}, {plural(history_records, 'earlier one')} ·{' '}
          <Time at={analyzed_at} show="ago" />
        </span>
      </p>
      <ul className="mt-1 flex flex-col gap-0.5">
        {findingsOf(result).map(({ severity, sentence }) => (
          <li key={sentence} className="text-text-2">
            <span className="font-medium text-text">{toLabel(severity)}:</span> {sentence}
          </li>
        ))}
      </ul>
    </li>
  )
}

/** The findings in a result, changes of the whole result first. */
const findingsOf = ({ concerns, drift, odd_records }: Analysis) => [
  ...concerns.map(({ severity, description }) => ({ severity, sentence: description })),
  ...drift.map(({ severity, sentence }) => ({ severity, sentence })),
  ...odd_records.map(({ risk_level, index, reason }) => ({
    severity: risk_level,
    sentence: `Record ${index}: ${reason}`,
  })),
]

interface MonitoredQueryProps {
  readonly query: {
    readonly query_id: string
    readonly operation_name: string | null
    readonly query: string
    readonly times: number
    readonly last_seen: string
  }
}

const MonitoredQuery = ({ query: { query_id, operation_name, query, times, last_seen } }: MonitoredQueryProps) => {
  const [open, setOpen] = useState(false)
  return (
    <li className="px-4 py-2.5">
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-[550]">{operation_name ?? `Query ${query_id.slice(0, 12)}`}</span>
          <span className="tabular ml-auto text-small text-text-2">
            Ran {plural(times, 'time')} · last <Time at={last_seen} show="ago" />
          </span>
        </summary>
        <pre className="log mt-2 overflow-x-auto rounded-control bg-sel p-2">{query}</pre>
        {open && <Datasets id={query_id} />}
      </details>
    </li>
  )
}

const Datasets = ({ id }: { readonly id: string }) => {
  const about = useQuery({
    queryKey: ['queries', id],
    queryFn: () => answerOf(api.GET('/api/v1/queries/{id}', { params: { path: { id } } })),
  })
  return (
    <QueryView query={about} loading="Loading datasets…">
      {({ datasets }) => (
        <ul className="tabular mt-2 text-small text-text-2">
          {datasets.map(({ dataset, records, model }) => (
            <li key={dataset}>
              {dataset}: {plural(records, 'record')},{' '}
              {model
                ? `model of ${plural(model.features, 'field')} from ${plural(model.records, 'record')}`
                : 'no model yet'}
            </li>
          ))}
        </ul>
      )}
    </QueryView>
  )
}
