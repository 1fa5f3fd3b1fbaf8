import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure, Loading } from './states.tsx'

interface QueryViewProps<Data> {
  readonly query: UseQueryResult<Data>
  /** What is being done while nothing is there: "Reading the incidents…" */
  readonly what: string
  readonly children: (data: Data) => ReactNode
}

/** Shows a query's answer, its loading or its failure. An answer that could not be renewed stays, with the failure above it. */
export const QueryView = <Data,>({ query, what, children }: QueryViewProps<Data>) => {
  const { data, error, refetch } = query
  if (data === undefined) {
    return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading what={what} />
  }
  return (
    <>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {children(data)}
    </>
  )
}
