/**
 * Removes the case of a text. Lower case alone would write a capital sigma at the end of a word in another way than within one, and the
 * searched text may continue there.
 */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower
}
