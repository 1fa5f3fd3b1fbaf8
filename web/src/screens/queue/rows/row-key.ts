import type { Noun } from '../../../api/client.ts'

/** A row of the queue: an alert, a group with its top alert, or an alert within a group. */
export interface QueueRow {
  /** A unique key. An alert may be in several groups, and be the top alert of some. */
  readonly key: string
  readonly alert: Noun<'AlertHead'>
  readonly group?: Noun<'AlertGroup'>
  /** The key of the group that contains the row. */
  readonly within?: string
}

const groupPrefix = 'group '

export const keyOfGroup = (filter: string): string => groupPrefix + filter

export const keyOfMember = (id: string, filter: string): string => `${id} ${filter}`

/** The DOM id of a row, which must not contain spaces. */
export const idOfRow = (key: string): string => `row-${encodeURIComponent(key)}`

/** Parses a key: the filter of a group, or the id of an alert. */
export const readKey = (key: string): { readonly filter: string } | { readonly id: string } => {
  if (key.startsWith(groupPrefix)) return { filter: key.slice(groupPrefix.length) }
  const space = key.indexOf(' ')
  return { id: space < 0 ? key : key.slice(0, space) }
}
