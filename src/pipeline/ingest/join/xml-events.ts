import type { TextLine } from '../lines.ts'
import type { LineJoiner, SpecialJoiner } from './line-joiner.ts'

const longest = 1_048_576
/** The maximum length of what may come before the first event: a declaration, the element around the events. */
const longestFrame = 1_024

/**
 * Cuts a document with Windows events as XML into its events: the Event Viewer saves all of them on one line, apart from line breaks in their
 * messages, and other tools print an element a line. Passes other lines to the next joiner.
 */
export const joinXmlEvents = (next: LineJoiner): SpecialJoiner => {
  /** The texts since the end of the last event; undefined outside a document. */
  let parts: string[] | undefined
  let characters = 0
  /** The number of the line with their beginning. */
  let number = 0
  /** The number of the line in which the document begins, and how many of its events were returned. */
  let heldFrom = 0
  let given = 0
  /** Whether the events are inside an element or behind a declaration. */
  let isDocument = false
  /** Whether an event has begun: then only a line with its end matters. */
  let isOpen = false

  const leave = (cut: boolean): TextLine[] => {
    const lines = (parts ?? []).join('').split('\n')
    parts = undefined
    if (lines.every((line) => isFrame(line))) return []
    return next.push(
      lines.map((text, i) => ({ text, number: number + i, cut })).filter(({ text }) => text.trim() !== ''),
    )
  }
  const begin = (line: TextLine): TextLine[] => {
    parts = []
    characters = 0
    number = line.number
    heldFrom = line.number
    given = 0
    isOpen = false
    isDocument = !/^\s*<Event[\s>]/.test(line.text)
    return next.flush()
  }
  const add = (line: TextLine): TextLine[] => {
    const out: TextLine[] = []
    if (parts === undefined) {
      if (!beginsEvents(line.text)) return next.push([line])
      out.push(...begin(line))
    }
    const added = line.open ? line.text : `${line.text}\n`
    parts?.push(added)
    characters += added.length
    if (isOpen && !line.open && characters <= longest && !added.includes(closing)) return out
    out.push(...cut(line))
    if (parts !== undefined && characters > longest) out.push(...leave(true))
    return out
  }
  /** Returns the complete events. Leaves the document if it ends, or if something else follows. */
  const cut = (line: TextLine): TextLine[] => {
    const out: TextLine[] = []
    let text = (parts ?? []).join('')
    for (let end = text.indexOf(closing); end >= 0; end = text.indexOf(closing)) {
      const start = text.search(/<Event[\s>]/)
      const stop = end + closing.length
      if (start >= 0 && start < end) {
        number += breaksIn(text.slice(0, start))
        const isLong = stop - start > longest
        out.push({ text: text.slice(start, isLong ? start + longest : stop), number, cut: line.cut || isLong })
      }
      number += breaksIn(text.slice(Math.max(start, 0), stop))
      text = text.slice(stop)
    }
    given += out.length
    const rest = text.trim()
    isOpen = /<Event[\s>](?![^>]{0,300}\/>)/.test(rest)
    if (rest === '') {
      number += breaksIn(text)
      text = ''
    }
    parts = [text]
    characters = text.length
    if (!isOpen && rest !== '' && (text.length > longestFrame || !isFrame(rest))) out.push(...leave(false))
    else if (!isOpen && (rest.endsWith('</Events>') || (rest === '' && !isDocument))) parts = undefined
    return out
  }
  return {
    push(lines) {
      if (parts === undefined && !lines.some((line) => beginsEvents(line.text))) return next.push(lines)
      return lines.flatMap(add)
    },
    flush() {
      const left = parts === undefined ? [] : leave(false)
      return [...left, ...next.flush()]
    },
    settle: () => (parts === undefined ? next.settle() : []),
    get heldFrom() {
      return parts === undefined ? next.heldFrom : heldFrom
    },
    get within() {
      return parts !== undefined || next.within
    },
    get given() {
      return parts === undefined ? next.given : given
    },
    get idle() {
      return parts === undefined
    },
  }
}

const closing = '</Event>'

/** Whether a line begins a document of events, or an event. A cheap test of the beginning. */
export const beginsEvents = (line: string): boolean => {
  const first = line.charCodeAt(0)
  if (first > 32 && first !== 60) return false
  // An element without content is no event.
  return /^\s*(?:<\?xml[^>]*\?>\s*(?:$|<Events?[\s>])|<Events?[\s>](?![^>]*\/>))/.test(line.slice(0, 300))
}

/** Whether a text begins like a document with events, or one event. Other documents in XML are no logs. */
export const isEventDocument = (text: string): boolean => /^\s*<Events?[\s>]/.test(withoutDeclaration(text))

/** Removes the XML declaration at the beginning of a text. */
export const withoutDeclaration = (text: string): string => text.replace(/^\s*<\?xml[^>]{0,200}\?>/, '')

/** Whether a text is only what surrounds the events of a document. */
const isFrame = (text: string): boolean => /^(?:\s|<\?xml[^>]{0,200}\?>|<\/?Events(?:\s[^>]{0,300})?>)*$/.test(text)

const breaksIn = (text: string): number => text.split('\n').length - 1
