/**
 * Copies a text to keep, cut to the length that names need. A substring keeps its whole parent string in memory, so a name cut out of a
 * line would retain that line.
 */
export const flatText = (text: string, longest = 256): string =>
  text.length < copiedAnyway
    ? text
    : Buffer.from(text.length > longest ? text.slice(0, longest) : text, 'utf16le').toString('utf16le')

/** V8 copies shorter substrings itself. */
const copiedAnyway = 13
