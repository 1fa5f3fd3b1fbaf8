import { isXmlDocument } from '../foreign-content.ts'
import type { TextLine } from '../lines.ts'
import { joinBlocks } from './blocks.ts'
import { joinContinuations } from './continuations.ts'
import { joinDocuments, mayBeginDocument } from './documents.ts'
import { asTheyAre, type LineJoiner } from './line-joiner.ts'
import { mayBeginBlock } from './printed-blocks.ts'
import { joinRows } from './rows.ts'
import { beginsEvents, joinXmlEvents } from './xml-events.ts'

interface JoinOptions {
  /** Whether a line may continue the one before it, as in a stack trace. It may not where each line is JSON. */
  readonly traces?: boolean
  /** The beginning of a text that was read before up to where the lines continue: the columns of a table are there. */
  readonly head?: readonly TextLine[]
}

/**
 * Joins the lines of a text into its records, whatever input it comes from: the rows of a table export, the records that JSON documents and
 * Windows events as XML contain, the blocks that some tools print, stack traces, and single lines.
 */
export const joinRecords = ({ traces = true, head = [] }: JoinOptions = {}): LineJoiner => {
  const plain = traces ? joinContinuations() : asTheyAre
  const documents = joinDocuments(plain)
  const rows = joinRows(documents, tableAfter(head))
  const blocks = joinBlocks(rows)
  const all = joinXmlEvents(blocks)
  return {
    push(lines) {
      // Nearly all lines are plain, and pass all joiners but one.
      const isPlain = all.idle && blocks.idle && rows.idle && documents.idle && !lines.some(isSpecial)
      return (isPlain ? plain : all).push(lines)
    },
    flush: all.flush,
    settle: all.settle,
    get heldFrom() {
      return all.heldFrom
    },
    get within() {
      return all.within
    },
    get given() {
      return all.given
    },
  }
}

/**
 * Returns the table of a text of which only the beginning was read. Its rows are the lines that the joiners before them leave. All
 * records of the beginning were returned, so one more line ends those that are held back.
 */
const tableAfter = (head: readonly TextLine[]) => {
  const rows = joinRows(asTheyAre)
  const end = head.at(-1)?.number ?? 0
  const ofHead = {
    ...asTheyAre,
    push: (lines: readonly TextLine[]) => rows.push(lines.filter(({ number }) => number <= end)),
    flush: rows.flush,
  }
  const all = joinXmlEvents(joinBlocks(ofHead))
  all.push([...head, { text: 'behind', number: end + 1, cut: false }])
  all.flush()
  return rows.table
}

/** Whether a line may begin more than a record of its own. A cheap test of its beginning. */
const isSpecial = ({ text, open }: TextLine): boolean =>
  open === true || mayBeginDocument(text) || mayBeginBlock(text) || beginsEvents(text)

/** Returns the records of a text that is complete. */
export const recordsOfText = (text: string, options: JoinOptions = {}): readonly string[] => {
  const joiner = joinRecords(options)
  const texts = text.split(/\r?\n/)
  if (texts.at(-1) === '') texts.pop()
  const lines = texts.map((line, index) => ({ text: line, number: index + 1, cut: false }))
  return [...joiner.push(lines), ...joiner.flush()]
    .map((record) => record.text)
    .filter((record) => record.trim() !== '')
}

/** Returns a text that `recordsOfText` reads as these records; undefined if their lines would be others, or a document in XML. */
export const textOfRecords = (records: readonly string[]): string | undefined => {
  const text = `${records.join('\n')}\n`
  if (isXmlDocument(text)) return undefined
  const again = recordsOfText(text)
  return again.length === records.length && again.every((record, i) => record === records[i]) ? text : undefined
}
