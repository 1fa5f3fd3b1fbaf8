import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { AppError, messageOf } from '../errors.ts'
import { parseRange, type Range } from '../lib/address/address.ts'

/** Ranges that somebody listed, under the name of the list. */
interface RangeList {
  readonly name: string
  readonly ranges: readonly Range[]
}

const warninglist = z.object({ name: z.string().min(1).max(200), list: z.array(z.string()).max(5_000_000) })

/** Reads a MISP warninglist of addresses (JSON), or a plain list with one address or range a line; other entries are passed over. */
export const readRangeList = async (path: string): Promise<RangeList> => {
  try {
    const list = toRangeList(await readFile(path, 'utf8'), basename(path).replace(/\.\w+$/, ''))
    if (list.ranges.length > 0) return list
    throw new Error('it lists no address and no range')
  } catch (error) {
    throw new AppError('SOURCE_FAILED', `The list of ranges ${path} cannot be read: ${messageOf(error)}`, {
      hint: 'Write one address or range a line, or use a MISP warninglist of addresses.',
      cause: error,
    })
  }
}

const toRangeList = (text: string, fallback: string): RangeList => {
  if (/^\s*\{/.test(text)) {
    const { name, list } = warninglist.parse(JSON.parse(text))
    return { name, ranges: list.flatMap((entry) => parseRange(entry.trim()) ?? []) }
  }
  const entries = text.split('\n').map((line) => line.replace(/[#;].*$/, '').trim())
  return { name: fallback, ranges: entries.flatMap((entry) => parseRange(entry) ?? []) }
}
