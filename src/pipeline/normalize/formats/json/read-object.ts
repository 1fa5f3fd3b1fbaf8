import { isObject } from '../../../../lib/json/json-value.ts'
import { rememberParsed } from '../../../../lib/json/parsed-texts.ts'

/** The text that was read last, and its object: one parser after the other reads the same text. */
let last: { readonly text: string; readonly object: ReturnType<typeof parse> } = { text: '', object: undefined }

/**
 * Parses a text that is one JSON object, or a list of one. Returns undefined for a text that only resembles JSON, and the reason for broken
 * JSON.
 */
export const readObject = (text: string): Readonly<Record<string, unknown>> | string | undefined => {
  if (text !== last.text) last = { text, object: parse(text) }
  return last.object
}

const parse = (text: string): Readonly<Record<string, unknown>> | string | undefined => {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
    if (!isObject(only)) return undefined
    rememberParsed(text, only)
    return only
  } catch (error) {
    if (!/^\{\s*["}]/.test(text)) return undefined
    // Remove the text that V8 quotes in its message.
    const reason = error instanceof SyntaxError ? error.message.replace(/,? ?\.{0,3}"[\s\S]*$/, '') : 'too deep'
    return `The line is not a valid JSON object: ${reason}.`
  }
}
