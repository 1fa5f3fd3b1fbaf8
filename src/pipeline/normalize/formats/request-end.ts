import { quotedEnd } from '../fields/key-values.ts'

/** Returns the end of the request: the first quote, unless a later quote is followed by a status, because clients may send unescaped quotes. */
export const requestEnd = (text: string, open: number): number => {
  const end = quotedEnd(text, open)
  if (end < 0 || isStatus(text, end + 1)) return end
  for (let i = text.indexOf('" ', end + 1); i >= 0 && i < end + 8192; i = text.indexOf('" ', i + 1)) {
    if (isStatus(text, i + 1)) return i
  }
  return -1
}

const isStatus = (text: string, at: number): boolean => /^ (?:[1-5]\d\d|-) /.test(text.slice(at, at + 6))
