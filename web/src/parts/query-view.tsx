import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorNotice, Loading } from './states.tsx'

interface QueryViewProps<Data> {
  readonly query: UseQueryResult<Data>
  /** Shown while loading: "Loading incidents…" */
  readonly loading: string
  readonly children: (data: Data) => ReactNode
}

/** Shows the data of a query, its loading state or its error. If a refetch fails, the old data stays below the error. */
export const QueryView = <Data,>({ query, loading, children }: QueryViewProps<Data>) => {
  const { data, error, refetch } = query
  if (data === undefined) {
    return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading label={loading} />
  }
  return (
    <>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {children(data)}
    </>
  )
}
