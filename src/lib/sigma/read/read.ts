import { load, YAMLException } from 'js-yaml'
import type { SigmaDocument } from '../document.ts'
import type { Fault } from '../fault.ts'
import type { DocumentPlace } from './place.ts'
import { readCorrelation } from './read-correlation.ts'
import { readFilter } from './read-filter.ts'
import { readHeading } from './read-heading.ts'
import { readRule } from './read-rule.ts'
import { findLine, Refusal } from './refusal.ts'
import { ruleSchema } from './rule-schema.ts'
import { isBomb, isMap, type YamlMap } from './yaml-map.ts'

/** A document longer than this is refused: nobody wrote it by hand. */
const longest = 2_000_000

export interface ReadOptions {
  /** The values of `%name%` for `|expand`. */
  readonly placeholders?: ReadonlyMap<string, readonly string[]>
  /** The values of documents that were parsed before, by their texts. */
  readonly parsed?: ReadonlyMap<string, unknown> | undefined
}

export interface ReadResult {
  readonly documents: readonly SigmaDocument[]
  readonly faults: readonly Fault[]
}

/**
 * Reads a file of Sigma rules, correlations and filters (specification 2.1), several of them separated by `---`. Never throws: a
 * document that is not valid becomes a fault with file, line and hint, and does not stop the others.
 */
export const readDocuments = (text: string, file: string, options: ReadOptions = {}): ReadResult => {
  const documents: SigmaDocument[] = []
  const faults: Fault[] = []
  const parts = splitDocuments(text)
  for (const [index, { source, line }] of parts.entries()) {
    const place = { file, line, source, fallbackId: parts.length > 1 ? `${file}#${index + 1}` : file }
    const read = readDocument(place, options)
    if ('id' in read) documents.push(read)
    else faults.push(...read)
  }
  if (parts.length === 0) {
    faults.push(toFault(new Refusal('empty-file', 'There is no rule in this file.', []), { file, line: 1, source: '' }))
  }
  return { documents, faults }
}

/** Reads one document; answers a fault of its heading and one of its body rather than only the first of both. */
const readDocument = (place: DocumentPlace, options: ReadOptions): SigmaDocument | readonly Fault[] => {
  const faults: Fault[] = []
  let rule: string | undefined
  const attempt = <Result>(read: () => Result): Result | undefined => {
    try {
      return read()
    } catch (error) {
      // A fault in a document of a stranger must not keep us from reading the documents beside it.
      const refusal =
        error instanceof Refusal ? error : new Refusal('unreadable', `It cannot be read: ${String(error)}.`, [])
      faults.push({ ...toFault(refusal, place), rule })
      return undefined
    }
  }
  const document = attempt(() => parse(place, options.parsed))
  if (!document) return faults
  rule = name(document)
  const heading = attempt(() => readHeading(document, place))
  const body = attempt(() => {
    if ('correlation' in document) return readCorrelation(document)
    if ('filter' in document) return readFilter(document, options.placeholders)
    return readRule(document, options.placeholders)
  })
  return heading && body ? { ...heading, ...body } : faults
}

/** Parses the YAML of each document of a text that is known to be valid, for `parsed` of a later reading. */
export const parseDocuments = (text: string): readonly (readonly [text: string, value: unknown])[] =>
  splitDocuments(text).map(({ source }) => [source, load(source, yaml)])

const yaml = { schema: ruleSchema, maxAliases: 50, maxDepth: 40 }

const parse = ({ source }: DocumentPlace, parsed: ReadonlyMap<string, unknown> | undefined): YamlMap => {
  if (source.length > longest) throw new Refusal('too-long', `The document is longer than ${longest} characters.`, [])
  let value: unknown
  try {
    value = parsed?.get(source) ?? load(source, yaml)
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlRefusal(error)
    throw error
  }
  if (isBomb(value, source.length)) {
    throw new Refusal('too-large', 'Its aliases refer to one another until the document is too large.', [])
  }
  if (!isMap(value)) {
    throw new Refusal('not-a-map', 'The document is not a map of keys and values.', [], 'A rule starts with "title:".')
  }
  return value
}

/** Text that is not YAML; the parser knows the line. */
class YamlRefusal extends Refusal {
  readonly line: number

  constructor(error: YAMLException) {
    super('yaml-syntax', `The text is not valid YAML: ${error.reason}.`, [])
    this.line = (error.mark?.line ?? 0) + 1
  }
}

const name = (document: YamlMap): string | undefined => {
  const { id, title } = document
  if (typeof id === 'string') return shorten(id)
  return typeof title === 'string' ? shorten(title) : undefined
}

const toFault = (refusal: Refusal, { file, line, source }: Omit<DocumentPlace, 'fallbackId'>): Fault => ({
  code: refusal.code,
  severity: 'error',
  message: shorten(refusal.message),
  hint: refusal.hint,
  file,
  line: line - 1 + (refusal instanceof YamlRefusal ? refusal.line : findLine(source, refusal.path)),
  rule: undefined,
})

/** Messages quote what they are about, and that may be long. */
const shorten = (text: string): string => (text.length > 500 ? `${text.slice(0, 499)}…` : text)

/** Cuts a text at its `---` lines, so that a syntax error in one document leaves the others alone. */
const splitDocuments = (text: string): { source: string; line: number }[] => {
  const isOne = !['\r', '\n---', '\n...', '\ufeff'].some((part) => text.includes(part)) && /^[^-.]/.test(text)
  if (isOne && /^\s*[^\s#]/m.test(text)) return [{ source: text, line: 1 }]
  const parts: { lines: string[]; line: number }[] = [{ lines: [], line: 1 }]
  const lines = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    if (/^---(\s|$)/.test(line)) parts.push({ lines: [line.slice(3)], line: index + 1 })
    else if (!/^\.\.\.\s*$/.test(line)) parts.at(-1)?.lines.push(line)
  }
  return parts
    .map(({ lines: own, line }) => ({ source: own.join('\n'), line }))
    .filter(({ source }) => /^\s*[^\s#]/m.test(source))
}
