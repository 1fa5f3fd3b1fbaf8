/**
 * Decides whether dates with slashes at the start of lines have the day first: a number above 12 shows it. Undefined without such a line,
 * and if lines disagree.
 */
export const dayOrderOf = (texts: readonly string[]): boolean | undefined => {
  let found: boolean | undefined
  for (const text of texts) {
    // Most lines have no slash there, which avoids the expression.
    if (text.charCodeAt(2) !== 47 && text.charCodeAt(1) !== 47 && text.charCodeAt(3) !== 47) continue
    const date = /^[[("]?(\d{1,2})\/(\d{1,2})\/\d{4}\D/.exec(text.slice(0, 14))
    if (!date) continue
    const [first, second] = [Number(date[1]), Number(date[2])]
    if (first <= 12 === second <= 12) continue
    const dayFirst = first > 12
    if (found !== undefined && found !== dayFirst) return undefined
    found = dayFirst
  }
  return found
}
