/**
 * Copies a text that is to be kept, cut to what names need. A part of a string keeps the whole of it alive, so a name that was cut out
 * of a line would hold that line in memory for as long as it is remembered.
 */
export const flatText = (text: string, longest = 256): string =>
  text.length < copiedAnyway
    ? text
    : Buffer.from(text.length > longest ? text.slice(0, longest) : text, 'utf16le').toString('utf16le')

/** V8 copies parts of strings that are shorter. */
const copiedAnyway = 13
