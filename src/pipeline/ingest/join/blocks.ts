import type { TextLine } from '../lines.ts'
import type { BlockShape } from './block-shape.ts'
import type { LineJoiner, SpecialJoiner } from './line-joiner.ts'
import { blockShapes, mayBeginBlock } from './printed-blocks.ts'

const mostLines = 500
const mostCharacters = 262_144

/**
 * Turns records that a tool prints as blocks of lines into JSON records: `journalctl -o export` and `-o verbose`, `Get-WinEvent | Format-List`,
 * `wevtutil qe /f:text`, Windows events as Splunk indexes them, those of shippers, the audit log of ModSecurity, and slow queries of MySQL. Passes other lines to the next joiner.
 */
export const joinBlocks = (next: LineJoiner): SpecialJoiner => {
  let shape: BlockShape | undefined
  let held: TextLine[] = []
  let characters = 0
  let isLeftOut = false
  /** A line that begins a block, if the next one agrees. */
  let candidate: TextLine | undefined

  const close = (): TextLine[] => {
    const lines = held
    const object = shape?.read(lines.map(({ text }) => text))
    shape = undefined
    held = []
    characters = 0
    isLeftOut = false
    const [first] = lines
    if (!object || !first) return next.push(lines)
    return [...next.flush(), { text: JSON.stringify(object), number: first.number, cut: lines.some(({ cut }) => cut) }]
  }
  const add = (line: TextLine): TextLine[] => {
    const out: TextLine[] = []
    if (candidate) {
      const { text } = candidate
      const found = blockShapes.find(({ begins }) => begins(text, line.text, held[0]?.text))
      if (found) {
        if (shape) out.push(...close())
        shape = found
        held = [candidate]
        characters = candidate.text.length
      } else if (shape) held.push(candidate)
      else out.push(...next.push([candidate]))
      candidate = undefined
    }
    if (!line.open && mayBeginBlock(line.text)) {
      candidate = line
      return out
    }
    if (!shape) return [...out, ...next.push([line])]
    const first = held[0]?.text ?? ''
    isLeftOut = shape.leavesOut?.(line.text, first, isLeftOut) ?? false
    if (isLeftOut) return out
    held.push(line)
    characters += line.text.length
    if (held.length > mostLines || characters > mostCharacters || shape.ends?.(line.text, first)) out.push(...close())
    return out
  }

  /** Returns the open block, or the line that might have begun one. */
  const release = (): TextLine[] => {
    const left = candidate ? [candidate] : []
    candidate = undefined
    if (!shape) return next.push(left)
    held.push(...left)
    return close()
  }

  return {
    push(lines) {
      if (!shape && !candidate && !lines.some(({ text }) => mayBeginBlock(text))) return next.push(lines)
      return lines.flatMap(add)
    },
    flush: () => [...release(), ...next.flush()],
    settle: () => [...release(), ...next.settle()],
    get heldFrom() {
      return next.heldFrom ?? (held[0] ?? candidate)?.number
    },
    get within() {
      return next.within
    },
    get given() {
      return next.given
    },
    get idle() {
      return shape === undefined && candidate === undefined
    },
  }
}
