import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from './client.ts'

const loadingPollMs = 1_000

/** The status of the sample week, polled while it is being analysed. */
export const samplesQuery = queryOptions({
  queryKey: ['samples'],
  queryFn: () => answerOf(api.GET('/api/v1/samples')),
  staleTime: 30_000,
  refetchInterval: ({ state }) => (state.data?.state === 'loading' ? loadingPollMs : false),
})
