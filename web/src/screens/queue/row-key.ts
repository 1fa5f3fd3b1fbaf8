import type { Noun } from '../../api/client.ts'

/** A row of the queue: an alert, a group by the alert that leads it, or an alert within its group. */
export interface QueueRow {
  /** What tells it apart from every other row: an alert may stand in several groups, and lead some. */
  readonly key: string
  readonly alert: Noun<'AlertIndexEntry'>
  readonly group?: Noun<'AlertGroup'>
  /** The key of the group that it stands in. */
  readonly within?: string
}

const mark = 'group '

export const keyOfGroup = (filter: string): string => mark + filter

export const keyOfMember = (id: string, filter: string): string => `${id} ${filter}`

/** The id of a row in the page: those have no spaces in them. */
export const idOfRow = (key: string): string => `row-${encodeURIComponent(key)}`

/** What a key stands for: a group by its filter, or an alert by its id. */
export const readKey = (key: string): { readonly filter: string } | { readonly id: string } => {
  if (key.startsWith(mark)) return { filter: key.slice(mark.length) }
  const space = key.indexOf(' ')
  return { id: space < 0 ? key : key.slice(0, space) }
}
