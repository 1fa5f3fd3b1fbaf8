import type { FieldValue } from '../../../schema/event/event.ts'

/** A named value of a record. */
export type Entry = readonly [name: string, value: FieldValue]

/** The names and values of a record, in two lists: an array for each entry would be much of what a record allocates. */
export interface Columns {
  readonly names: string[]
  readonly values: FieldValue[]
}

export const toColumns = (entries: readonly Entry[]): Columns => {
  const columns: Columns = { names: [], values: [] }
  for (const [name, value] of entries) addEntry(columns, name, value)
  return columns
}

export const toEntries = ({ names, values }: Columns): Entry[] =>
  names.flatMap((name, at): Entry[] => {
    const value = values[at]
    return value === undefined ? [] : [[name, value]]
  })

export const addEntry = ({ names, values }: Columns, name: string, value: FieldValue): void => {
  names.push(name)
  values.push(value)
}
