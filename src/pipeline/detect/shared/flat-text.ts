import { ownCopy } from '../../../lib/own-copy/own-copy.ts'

/**
 * Copies a text to keep, cut to the length that names need. A substring keeps its whole parent string in memory, so a name cut out of a
 * line would retain that line.
 */
export const flatText = (text: string, longest = 256): string =>
  ownCopy(text.length > longest ? text.slice(0, longest) : text)
