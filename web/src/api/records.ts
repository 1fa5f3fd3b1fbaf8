import { answerOf, api } from './client.ts'

/** Log records as text, and the content type that says what the text is made of. */
export interface Records {
  readonly text: string
  readonly type: string
}

const asTheyAre = ({ text, type }: Records) => ({
  body: text,
  bodySerializer: () => text,
  headers: { 'content-type': type },
})

/** Shows how records are understood; stores nothing. Needs the role `ingest` or `admin`. */
export const understand = async (records: Records) => {
  const query = { debug: '1' } as const
  const answer = await answerOf(api.POST('/api/v1/events', { params: { query }, ...asTheyAre(records) }))
  return 'events' in answer ? answer.events : []
}

/** Runs everything there is on the records, and stores nothing. */
export const analyze = (records: Records, source: string, signal: AbortSignal) =>
  answerOf(api.POST('/api/v1/analyze', { params: { query: { source } }, signal, ...asTheyAre(records) }))

/** Takes the records in for good; answers how many were. */
export const keep = async (records: Records, source: string): Promise<number> => {
  const answer = await answerOf(api.POST('/api/v1/events', { params: { query: { source } }, ...asTheyAre(records) }))
  return 'accepted' in answer ? answer.accepted : 0
}
