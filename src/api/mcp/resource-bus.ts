import type { ServerEventBus } from '@modelcontextprotocol/server'
import type { Change, ChangeFeed } from '../change-feed.ts'

/** The resources that a change is about: an incident has two names. */
export const urisOf = ({ kind, id, display_id }: Change): readonly string[] =>
  [id, ...(display_id === undefined ? [] : [display_id])].map((name) => `vedette://${kind}/${name}`)

/** Notifies HTTP listeners of changed incidents and alerts. */
export const createResourceBus = (feed: ChangeFeed): ServerEventBus => ({
  // All changes go through the store, so its feed reports them.
  publish: () => undefined,
  subscribe: (listener) =>
    feed.follow((change) => {
      for (const uri of urisOf(change)) listener({ kind: 'resource_updated', uri })
    }),
})
