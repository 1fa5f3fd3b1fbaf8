import type { Event } from '../../schema/event/event.ts'
import type { Deps } from '../deps.ts'

const pageSize = 4_000

/** Reads the stored events of a span of time page by page, the oldest first. */
export async function* storedEvents(
  store: Pick<Deps['store'], 'events'>,
  span: { readonly from: number; readonly to: number | undefined },
): AsyncGenerator<readonly Event[]> {
  let after: string | undefined
  do {
    const page = await store.events.search({ ...span, order: 'oldest', limit: pageSize, after, matches: () => true })
    yield page.items
    after = page.next
  } while (after !== undefined)
}
