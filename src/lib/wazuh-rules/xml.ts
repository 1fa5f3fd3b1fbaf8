import { SaxesParser } from 'saxes'

/** An element as it is written in the file. Names are in lower case: Wazuh treats `<Rule>` and `<rule>` alike. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** The text directly inside, without that of the children. */
  readonly text: string
  readonly children: readonly XmlElement[]
  /** From 1. */
  readonly line: number
}

export const xmlFaultCodes = ['xml-syntax', 'xml-doctype', 'xml-too-deep', 'xml-too-large'] as const

/** Why a file could not be read. */
export interface XmlFault {
  readonly code: (typeof xmlFaultCodes)[number]
  readonly message: string
  readonly line: number
}

/** Wazuh's rules nest four deep. */
export const deepest = 16
/** Characters; the whole of Wazuh's own ruleset is about 3 million. */
export const longest = 8_000_000

interface Open {
  name: string
  attributes: Map<string, string>
  text: string
  children: XmlElement[]
  line: number
}

const doctypeMessage = 'The file declares a document type (<!DOCTYPE …>). Rules need none: take it out.'

const tagHint = ' Close what is open, and write a < that is text as \\<.'

/** An attribute without a value does no harm: `<rule noalert>`. */
const harmless = /attribute without value|unquoted attribute value/

/**
 * Reads a file of Wazuh rules: XML with several roots. As in Wazuh, `\<` is text, `&` is text (no entity is ever expanded), and comments
 * may hold `--`. Linear in the length; a file that is too deep, too large, or declares a document type is refused.
 */
export const readXml = (text: string): { elements: readonly XmlElement[] } | { fault: XmlFault } => {
  if (text.length > longest) {
    return { fault: { code: 'xml-too-large', message: `The file has more than ${longest} characters.`, line: 1 } }
  }
  const root: Open = { name: '', attributes: new Map(), text: '', children: [], line: 1 }
  const stack: Open[] = [root]
  const parser = new SaxesParser({ fragment: true, position: true })
  const state: { fault: XmlFault | undefined } = { fault: undefined }
  const refuse = (code: XmlFault['code'], message: string): void => {
    state.fault ??= { code, message, line: parser.line }
  }
  let opened = 1
  parser.on('opentagstart', () => {
    // The end of the name has been read: perhaps the line's end.
    opened = parser.column === 0 ? parser.line - 1 : parser.line
  })
  parser.on('opentag', (tag) => {
    const attributes = new Map(Object.entries(tag.attributes).map(([key, value]) => [key.toLowerCase(), value]))
    stack.push({ name: tag.name.toLowerCase(), attributes, text: '', children: [], line: opened })
    if (stack.length > deepest + 1) refuse('xml-too-deep', `Elements stand more than ${deepest} deep in each other.`)
  })
  parser.on('closetag', () => {
    const done = stack.pop()
    if (done && done !== root) stack.at(-1)?.children.push(done)
  })
  const addText = (piece: string): void => {
    const open = stack.at(-1)
    if (open) open.text += piece
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('doctype', () => refuse('xml-doctype', doctypeMessage))
  parser.on('error', (error) => {
    const message = error.message.replace(/^(?:[^ ]*:)?\d+:\d+: /, '')
    if (/doctype/i.test(message)) refuse('xml-doctype', doctypeMessage)
    else if (!harmless.test(message))
      refuse('xml-syntax', `The XML is broken: ${message.replace(/\.$/, '')}.${/tag/.test(message) ? tagHint : ''}`)
  })
  // In chunks, so that a fault ends the reading: the parser itself would continue to the end.
  const escaped = escapeAsWazuh(text)
  for (let at = 0; at < escaped.length && !state.fault; at += 65_536) parser.write(escaped.slice(at, at + 65_536))
  if (!state.fault) parser.close()
  return state.fault ? { fault: state.fault } : { elements: root.children }
}

const special = /&|\\[\s\S]|\]\]>|<!--|<!\[CDATA\[/g

/**
 * Makes plain text of what Wazuh takes for plain text: `&`, `]]>`, and `<` behind a backslash that is not itself behind one. Comments,
 * which may hold anything there, become empty lines, and so does a declaration at the beginning. Lines keep their numbers.
 */
const escapeAsWazuh = (text: string): string => {
  const pieces: string[] = []
  const declaration = /^\uFEFF?\s*<\?xml[^>]*\?>/.exec(text.slice(0, 1000))?.[0] ?? ''
  let done = declaration.length
  pieces.push(linesOf(declaration))
  special.lastIndex = done
  for (let found = special.exec(text); found; found = special.exec(text)) {
    const [piece] = found
    pieces.push(text.slice(done, found.index))
    done = special.lastIndex
    if (!piece.startsWith('<')) {
      pieces.push(piece.replace('&', '&amp;').replace('<', '&lt;').replace(']]>', ']]&gt;'))
      continue
    }
    const end = text.indexOf(piece === '<!--' ? '-->' : ']]>', done)
    // The parser itself reports elements that are never closed.
    if (end < 0) {
      pieces.push(piece)
      break
    }
    done = end + 3
    pieces.push(piece === '<!--' ? linesOf(text.slice(found.index, done)) : text.slice(found.index, done))
    special.lastIndex = done
  }
  return pieces.join('') + text.slice(done)
}

const linesOf = (text: string): string => text.replace(/[^\n]+/g, '')
