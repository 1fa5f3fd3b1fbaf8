import { isObject } from './flatten.ts'

/**
 * Parses a text that is one JSON object, or a list of one. Text that only resembles JSON is nobody's (undefined); text that
 * has the shape of JSON and is broken gives the reason.
 */
export const readObject = (text: string): Readonly<Record<string, unknown>> | string | undefined => {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined
    return isObject(only) ? only : undefined
  } catch (error) {
    if (!/^\{\s*["}]/.test(text)) return undefined
    // V8 quotes the text in its message; the reason without it is enough.
    const reason = error instanceof SyntaxError ? error.message.replace(/,? ?\.{0,3}"[\s\S]*$/, '') : 'too deep'
    return `The line begins like a JSON object but is none: ${reason}.`
  }
}
