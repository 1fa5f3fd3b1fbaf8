import { readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { messageOf } from '../../../errors.ts'
import type { Fault } from '../../../lib/sigma/fault.ts'
import { type FoundFile, findRuleFiles, type RuleFolder, type UnreadableFolder } from './rule-folder.ts'

/** A parsed file. */
export interface ReadFile<Item> {
  readonly name: string
  readonly folder: string
  readonly items: readonly Item[]
  readonly faults: readonly Fault[]
  /** Whether the items are from the previous version, because the current one lacks some of them. */
  readonly stale: boolean
}

interface ReaderOptions<Item> {
  read(text: string, name: string): Promise<{ readonly items: readonly Item[]; readonly faults: readonly Fault[] }>
  /** Identifies an item across versions. */
  idOf(item: Item): string
  /** Returns the text of an item. Items with equal texts are equal. Without it, every reread item counts as changed. */
  textOf?(item: Item): string
  /** The bundled files that readers with the same options have read, by path. */
  readonly readBefore?: Map<string, KnownFile<Item>> | undefined
}

/** A parsed file, and the stamp of the version that was parsed. */
export interface KnownFile<Item> extends ReadFile<Item> {
  readonly stamp: string
}

/** Mirrors rule files in memory. */
export interface RuleReader<Item> {
  readonly files: readonly ReadFile<Item>[]
  /** Faults of folders. Faults of files are in `files`. */
  readonly faults: readonly Fault[]
  /**
   * Rereads new and changed files. Returns whether any item changed. With `own`, it does not look again at a bundled folder that it has
   * read.
   */
  refresh(folders: readonly RuleFolder[], of: 'all' | 'own'): Promise<boolean>
}

/** Longer than any real rule file. */
const mostBytes = 2_000_000
/** How long to read before yielding to the event loop, in ms. */
const turn = 10

/**
 * Creates a reader. A file that becomes unreadable keeps its last good items until it is fixed or deleted. A refresh costs O(files) stats;
 * only files with a new stamp are read.
 */
export const createRuleReader = <Item extends object>(options: ReaderOptions<Item>): RuleReader<Item> => {
  let known = new Map<string, KnownFile<Item>>()
  let faults: readonly Fault[] = []
  /** The files of the bundled folders that could be read, by path. */
  const bundled = new Map<string, readonly FoundFile[]>()

  const find = async (folder: RuleFolder, of: 'all' | 'own'): ReturnType<typeof findRuleFiles> => {
    const before = of === 'own' ? bundled.get(folder.path) : undefined
    if (before) return { files: before, unreadable: [] }
    const found = await findRuleFiles(folder)
    if (folder.isBundled && found.unreadable.length === 0) bundled.set(folder.path, found.files)
    else bundled.delete(folder.path)
    return found
  }

  const readOne = async (folder: string, found: FoundFile, before: KnownFile<Item> | undefined) => {
    const { name, path, stamp, bytes } = found
    const keep = (fault: Fault, retry: boolean): KnownFile<Item> => ({
      name,
      folder,
      items: before?.items ?? [],
      faults: [fault],
      stale: before !== undefined && before.items.length > 0,
      stamp: retry ? '' : stamp,
    })
    if (bytes > mostBytes) {
      return keep(faultOf('too-large', name, `The file is larger than ${mostBytes} bytes.`, 'Split the file.'), false)
    }
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      return keep(
        faultOf('unreadable', name, `The file cannot be read: ${messageOf(error)}.`, 'Check its permissions.'),
        true,
      )
    }
    const read = await options.read(text, name)
    const ids = new Set(read.items.map(options.idOf))
    const lost =
      read.faults.some(({ severity }) => severity === 'error') &&
      before?.items.some((item) => !ids.has(options.idOf(item))) === true
    const { textOf } = options
    const same = textOf !== undefined && before !== undefined && sameItems(before.items, read.items, textOf)
    const items = before && (lost || same) ? before.items : read.items
    return { name, folder, items, faults: read.faults, stale: lost, stamp }
  }

  return {
    get files() {
      return [...known.values()]
    },
    get faults() {
      return faults
    },
    async refresh(folders, of) {
      const next = new Map<string, KnownFile<Item>>()
      const unreadableFolders: UnreadableFolder[] = []
      let rested = performance.now()
      for (const folder of folders) {
        const { files, unreadable } = await find(folder, of)
        unreadableFolders.push(...unreadable)
        for (const found of files) {
          const before = known.get(found.path)
          const same = [before, options.readBefore?.get(found.path)].find(
            (file) => file?.stamp === found.stamp && file.name === found.name,
          )
          const file = same ?? (await readOne(folder.name, found, before))
          next.set(found.path, file)
          if (folder.isBundled) options.readBefore?.set(found.path, file)
          if (same || performance.now() - rested < turn) continue
          await setImmediate()
          rested = performance.now()
        }
        for (const { path } of unreadable) {
          for (const [file, before] of known) {
            if (file === path || file.startsWith(path + sep)) next.set(file, before)
          }
        }
      }
      faults = unreadableFolders.map(({ name, reason }) =>
        faultOf('unreadable-folder', name, `The folder cannot be read: ${reason}.`, 'Rules read earlier stay active.'),
      )
      const changed =
        known.size !== next.size || [...next].some(([path, { items }]) => known.get(path)?.items !== items)
      known = next
      return changed
    },
  }
}

const faultOf = (code: string, file: string, message: string, hint: string): Fault => ({
  code,
  severity: 'error',
  message,
  hint,
  file,
  line: 1,
  rule: undefined,
})

/** Whether two lists have the same items in the same order: the same objects, or those of the same text. */
export const sameItems = <Item extends object>(
  before: readonly Item[],
  after: readonly Item[],
  textOf: (item: Item) => string | Item = (item) => item,
): boolean =>
  before.length === after.length &&
  before.every((item, i) => {
    const other = after[i]
    return other !== undefined && textOf(item) === textOf(other)
  })
