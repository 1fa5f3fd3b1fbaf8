import type { Heading } from './document.ts'

/** A fault in a document: the problem, its place, and the fix. A document with an error is not used at all. */
export interface Fault {
  /** A word for programs: `unknown-modifier`, `condition-syntax` … */
  readonly code: string
  /** An error disables the document; a warning is a lint finding about a valid one. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string | undefined
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The id or title of the document, where it could be read. */
  readonly rule: string | undefined
}

/** Renders a fault in one line, as compilers do: `rules/a.yml:7: error: … (hint)`. */
export const sayFault = ({ file, line, severity, message, hint }: Fault): string =>
  `${file}:${line}: ${severity}: ${message}${hint === undefined ? '' : ` ${hint}`}`

/** Creates a fault of a document as a whole. */
export const documentFault = ({ file, line, id }: Heading, code: string, message: string, hint?: string): Fault => ({
  code,
  severity: 'error',
  message,
  hint,
  file,
  line,
  rule: id,
})
