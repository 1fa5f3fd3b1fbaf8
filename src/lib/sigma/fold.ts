/**
 * Takes the case out of a text. Lower case alone would write a capital sigma at the end of a word in another way than within one, and
 * the text that it is looked for in may go on.
 */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower
}
