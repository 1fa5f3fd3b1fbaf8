import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { unreadableFile } from '../../errors.ts'
import { createRowReader } from '../../lib/csv/row-reader.ts'
import { createCsvReader } from '../../lib/tabular/csv-reader.ts'
import type { Table } from '../../lib/tabular/table.ts'
import { decompress } from '../../pipeline/ingest/file/decompress.ts'

/** Reads the bytes of a file, or of stdin for `-`; compressed ones are unpacked. */
export const readInput = (path: string, stdin: Readable): AsyncGenerator<Buffer> =>
  decompress(path === '-' ? stdin : createReadStream(path, { highWaterMark: 2 ** 20 }))

/** Reads a CSV file with a header row into columns. Throws SOURCE_FAILED if the file cannot be read. */
export const readCsvTable = async (path: string, stdin: Readable): Promise<Table> => {
  const decoder = new TextDecoder()
  const reader = createCsvReader()
  try {
    for await (const chunk of readInput(path, stdin)) reader.push(decoder.decode(chunk, { stream: true }))
    reader.push(decoder.decode())
    return reader.finish()
  } catch (error) {
    throw unreadableFile(path, error)
  }
}

/** Reads the rows of a CSV file in memory bounded by a chunk and a row. Skips blank lines. Throws SOURCE_FAILED if the file cannot be read. */
export async function* readCsvRows(path: string, stdin: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder()
  let rows: string[][] = []
  const reader = createRowReader((cells) => {
    if (cells.length > 1 || cells[0]?.trim() !== '') rows.push(cells)
  })
  try {
    for await (const chunk of readInput(path, stdin)) {
      reader.push(decoder.decode(chunk, { stream: true }))
      yield* rows
      rows = []
    }
  } catch (error) {
    throw unreadableFile(path, error)
  }
  reader.push(decoder.decode())
  reader.end()
  yield* rows
}
