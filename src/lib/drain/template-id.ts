import type { Template } from './tree.ts'

/** Names a template by its namespace and the text of its first line: the same lines give the same ids, wherever and whenever. */
export const newTemplate = (text: string, namespace: string, isTaken: (id: string) => boolean): Template => {
  let id = idOf(`${namespace}\n${text}`)
  // Two texts of one hash, or a text whose template has moved on: the next free id, the same one at every replay.
  for (let again = 1; isTaken(id); again++) id = idOf(`${namespace}\n${text}\n${again}`)
  // A saved state is in UTF-8, which has no half of a surrogate pair.
  return { id, text: copyOf(text).toWellFormed() }
}

/** A string of its own: a slice would keep the line, and the whole chunk it was cut from, in memory. */
const copyOf = (text: string): string => {
  const codes = new Uint16Array(text.length)
  for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at)
  return String.fromCharCode(...codes)
}

/** 48 bits of hash, as 12 hexadecimal digits. */
const idOf = (text: string): string => {
  let a = 0x811c9dc5
  let b = 0x1b873593
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x85ebca6b)
    b ^= b >>> 13
  }
  a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d)
  b = Math.imul(b ^ (b >>> 16), 0x297a2d39)
  return (
    ((a ^ (a >>> 13)) >>> 0).toString(16).padStart(8, '0') + ((b ^ (b >>> 15)) & 0xffff).toString(16).padStart(4, '0')
  )
}
