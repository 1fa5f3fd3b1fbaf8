import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from './client.ts'

const whileLoadingMs = 1_000

/** How it stands with the recorded sample week; asked again and again while it is being analysed. */
export const samplesQuery = queryOptions({
  queryKey: ['samples'],
  queryFn: () => answerOf(api.GET('/api/v1/samples')),
  staleTime: 30_000,
  refetchInterval: ({ state }) => (state.data?.state === 'loading' ? whileLoadingMs : false),
})
