import type { LineJoiner, TextLine } from './lines.ts'

const longest = 1_048_576

/**
 * Cuts a document with Windows events as XML into its events: the Event Viewer saves all of them on one line, apart from line breaks in their
 * messages, and other tools print an element a line. Passes other lines to the next joiner.
 */
export const joinXmlEvents = (next: LineJoiner): LineJoiner => {
  /** The text since the end of the last event; undefined outside a document. */
  let text: string | undefined
  /** The number of the line with its beginning. */
  let number = 0
  /** Whether the events are inside an element or behind a declaration. */
  let isDocument = false

  const leave = (cut: boolean): TextLine[] => {
    const left = text ?? ''
    text = undefined
    const lines = left.split('\n').filter((line) => line.trim() !== '')
    return lines.every((line) => isFrame(line)) ? [] : next.push(lines.map((line) => ({ text: line, number, cut })))
  }
  const add = (line: TextLine): TextLine[] => {
    if (text === undefined) {
      if (!beginsEvents(line.text)) return next.push([line])
      text = ''
      number = line.number
      isDocument = !/^\s*<Event[\s>]/.test(line.text)
    }
    text += line.open ? line.text : `${line.text}\n`
    const out: TextLine[] = []
    for (let end = text.indexOf(closing); end >= 0; end = text.indexOf(closing)) {
      const start = text.search(/<Event[\s>]/)
      const stop = end + closing.length
      if (start >= 0 && start < end) {
        number += breaksIn(text.slice(0, start))
        out.push({ text: text.slice(start, stop), number, cut: line.cut })
      }
      number += breaksIn(text.slice(Math.max(start, 0), stop))
      text = text.slice(stop)
    }
    if (out.length > 0) out.unshift(...next.flush())
    const rest = text.trim()
    const isOpen = /<Event[\s>]/.test(rest)
    if (text.length > longest) out.push(...leave(true))
    else if (!isOpen && rest !== '' && !isFrame(rest)) out.push(...leave(false))
    else if (!isOpen && (rest.endsWith('</Events>') || (rest === '' && !isDocument))) text = undefined
    return out
  }
  return {
    push(lines) {
      if (text === undefined && !lines.some((line) => beginsEvents(line.text))) return next.push(lines)
      return lines.flatMap(add)
    },
    flush() {
      const left = text === undefined ? [] : leave(false)
      return [...left, ...next.flush()]
    },
  }
}

const closing = '</Event>'

/** Whether a line begins a document of events, or an event. A cheap test of the beginning. */
export const beginsEvents = (line: string): boolean =>
  line.includes('<') && /^\s*(?:<\?xml[^>]*\?>\s*(?:$|<Events?[\s>])|<Events?[\s>])/.test(line.slice(0, 300))

/** Whether a text is only what surrounds the events of a document. */
const isFrame = (text: string): boolean => /^(?:\s|<\?xml[^>]{0,200}\?>|<\/?Events(?:\s[^>]{0,300})?>)*$/.test(text)

const breaksIn = (text: string): number => text.split('\n').length - 1
