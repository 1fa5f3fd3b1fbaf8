import type { Piece } from './wildcard.ts'

/** A run of text without spaces, with its escapes undone. */
export interface Word {
  readonly pieces: readonly Piece[]
  readonly end: number
}

/** The characters that a backslash escapes. Before any other, it is an ordinary character, as in `C:\Windows`. */
const special = /[\s\\*?"():![\]{}<>&|-]/
const stop = /[\s"]/

/**
 * Reads a word that starts at `at`. It ends at a space, at a quotation mark and at a parenthesis, but a pair of parentheses
 * within a word belongs to it: `pam_unix(sshd:session)` is one word.
 */
export const readWord = (text: string, at: number): Word => {
  const pieces: Piece[] = []
  let literal = ''
  let depth = 0
  let position = at
  const flush = (): void => {
    if (literal !== '') pieces.push(literal)
    literal = ''
  }
  for (; position < text.length; position += 1) {
    const char = text.charAt(position)
    const next = text.charAt(position + 1)
    if (char === '\\' && special.test(next)) {
      literal += next
      position += 1
    } else if (char === '*' || char === '?') {
      flush()
      pieces.push({ wild: char })
    } else if (stop.test(char) || (char === ')' && depth === 0) || (char === '(' && !closes(text, position))) {
      break
    } else {
      if (char === '(') depth += 1
      if (char === ')') depth -= 1
      literal += char
    }
  }
  flush()
  return { pieces, end: position }
}

/** Whether the parenthesis at `at` is closed before the word ends. */
const closes = (text: string, at: number): boolean => {
  let depth = 0
  for (let position = at; position < text.length; position += 1) {
    const char = text.charAt(position)
    if (stop.test(char)) return false
    if (char === '\\') position += 1
    else if (char === '(') depth += 1
    else if (char === ')') {
      depth -= 1
      if (depth === 0) return true
    }
  }
  return false
}

/** Reads a quoted phrase that starts at `at`; undefined when it is never closed. */
export const readQuoted = (text: string, at: number): { readonly value: string; readonly end: number } | undefined => {
  let value = ''
  for (let position = at + 1; position < text.length; position += 1) {
    const char = text.charAt(position)
    if (char === '"') return { value, end: position + 1 }
    const next = text.charAt(position + 1)
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      position += 1
    } else {
      value += char
    }
  }
  return undefined
}
