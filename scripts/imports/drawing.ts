/** A row of the table: files in `rooms` may import files in `mayImport`. */
export interface DrawnRule {
  readonly rooms: readonly string[]
  readonly mayImport: readonly string[]
  /** Rooms that are forbidden even if `mayImport` contains their parent. */
  readonly but: readonly string[]
}

const start = 'Imports run one way'

/**
 * Parses the table of allowed imports in docs/architecture.md: the first code block after the words "Imports run one
 * way". A line names rooms, then, after two spaces, what they may import, then what of it they may not. A file belongs to the first line
 * that names its room, and may always import its own room.
 *
 * Rooms are paths under `src/`, or paths of their own when they begin with `web/`; `*` stands for one part of a path. Throws when there is no drawing.
 */
export const readDrawing = (document: string): readonly DrawnRule[] => {
  const block = document.split(start)[1]?.split('```')[1]
  if (block === undefined) throw new Error(`docs/architecture.md has no code block after "${start}".`)
  return block.split('\n').flatMap((line) => {
    const [rooms, allowed = ''] = line.trim().split(/\s{2,}/)
    if (!rooms) return []
    const [mayImport = '', but = ''] = allowed.split(/,? but not /)
    return [{ rooms: listOf(rooms), mayImport: listOf(mayImport), but: listOf(but) }]
  })
}

/** Says why a file may not import another; undefined if it may. Both paths are relative to the root of the repository. */
export const refuseImport = (drawing: readonly DrawnRule[], file: string, imported: string): string | undefined => {
  const rule = drawing.find(({ rooms }) => rooms.some((room) => isIn(file, room)))
  if (!rule) return 'docs/architecture.md does not list this room'
  const own = rule.rooms.find((room) => isIn(file, room))
  if (own !== undefined && isSameRoom(file, imported, own)) return undefined
  if (rule.mayImport.includes('everything')) return undefined
  const isAllowed =
    rule.mayImport.some((room) => isIn(imported, room)) && !rule.but.some((room) => isIn(imported, room))
  return isAllowed ? undefined : `${own ?? file} may import ${rule.mayImport.join(', ') || 'nothing'}`
}

const listOf = (text: string): readonly string[] => (text === 'nothing' || text === '' ? [] : text.split(/,\s*/))

const patternOf = (room: string): RegExp => {
  const path = room.startsWith('web/') ? room : `src/${room}`
  const source = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+')
  return new RegExp(room.endsWith('.ts') ? `^${source}$` : `^${source}/`)
}

const isIn = (file: string, room: string): boolean => patternOf(room).test(file)

/** `pipeline/*` is one room per stage. */
const isSameRoom = (file: string, imported: string, room: string): boolean => {
  const [found] = patternOf(room).exec(file) ?? []
  return found !== undefined && imported.startsWith(room.endsWith('.ts') ? file : found)
}
