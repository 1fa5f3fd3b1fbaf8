import { answerOf, api } from './client.ts'

/** Log records as text or as a binary log, with their content type. */
export interface Records {
  readonly content: string | Blob
  readonly type: string
}

const asRequest = ({ content, type }: Records) => ({
  // The serializer replaces it.
  body: '',
  bodySerializer: () => content,
  headers: { 'content-type': type },
})

/** Parses records without storing them. Requires the role `ingest` or `admin`. */
export const parseRecords = async (records: Records) => {
  const query = { debug: '1' } as const
  const answer = await answerOf(api.POST('/api/v1/events', { params: { query }, ...asRequest(records) }))
  return 'events' in answer ? answer.events : []
}

/** Runs the whole pipeline on the records without storing them. */
export const analyzeRecords = (records: Records, source: string, signal: AbortSignal) =>
  answerOf(api.POST('/api/v1/analyze', { params: { query: { source } }, signal, ...asRequest(records) }))

/** Ingests the records. Returns the number accepted. */
export const ingestRecords = async (records: Records, source: string): Promise<number> => {
  const answer = await answerOf(api.POST('/api/v1/events', { params: { query: { source } }, ...asRequest(records) }))
  return 'accepted' in answer ? answer.accepted : 0
}
