import { quotedEnd } from '../../fields/key-values.ts'
import { isDigitCode } from '../../time/calendar.ts'

/** Returns the end of the request: the first quote, unless a later quote is followed by a status, because clients may send unescaped quotes. */
export const requestEnd = (text: string, open: number): number => {
  const end = quotedEnd(text, open)
  if (end < 0 || isStatus(text, end + 1)) return end
  for (let i = text.indexOf('" ', end + 1); i >= 0 && i < end + 8192; i = text.indexOf('" ', i + 1)) {
    if (isStatus(text, i + 1)) return i
  }
  return -1
}

/** Whether ` 200 ` or ` - ` follows. */
const isStatus = (text: string, at: number): boolean => {
  if (text.charCodeAt(at) !== 32) return false
  const first = text.charCodeAt(at + 1)
  if (first === 45) return text.charCodeAt(at + 2) === 32
  return (
    first >= 49 &&
    first <= 53 &&
    isDigitCode(text.charCodeAt(at + 2)) &&
    isDigitCode(text.charCodeAt(at + 3)) &&
    text.charCodeAt(at + 4) === 32
  )
}
