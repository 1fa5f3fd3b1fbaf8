import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { AppError, messageOf } from '../errors.ts'
import { parseRange, type Range } from '../lib/address/address.ts'

/** A named list of ranges. */
interface RangeList {
  readonly name: string
  readonly ranges: readonly Range[]
}

const warninglist = z.object({ name: z.string().min(1).max(200), list: z.array(z.string()).max(5_000_000) })

/** Reads a MISP warninglist of addresses (JSON), or a plain list with one address or range per line. Ignores other entries. */
export const readRangeList = async (path: string): Promise<RangeList> => {
  try {
    const list = toRangeList(await readFile(path, 'utf8'), basename(path).replace(/\.\w+$/, ''))
    if (list.ranges.length > 0) return list
    throw new Error('it contains no addresses or ranges')
  } catch (error) {
    throw new AppError('SOURCE_FAILED', `Cannot read the range list ${path}: ${messageOf(error)}`, {
      hint: 'Write one address or range per line, or use a MISP warninglist of addresses.',
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
