/**
 * Copies a text that is to be kept, cut to what names need. A part of a string keeps the whole of it alive, so a name that was cut out
 * of a line would hold that line in memory for as long as it is remembered.
 */
export const flatText = (text: string, longest = 256): string =>
  Buffer.from(text.length > longest ? text.slice(0, longest) : text, 'utf16le').toString('utf16le')
