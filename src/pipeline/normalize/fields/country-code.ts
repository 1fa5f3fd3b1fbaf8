import { memoize } from '../../../lib/memoize/memoize.ts'

/**
 * Returns the ISO 3166-1 alpha-2 code of a country that is written as a code or as its English name: `DE`, `Germany`, `Moldova, Republic
 * of`. Undefined for other texts, such as `Reserved`, `Europe` and `Anonymous Proxy`.
 */
export const toCountryCode = (text: string): string | undefined => (text.length > longest ? undefined : read(text))

const longest = 64

const read = memoize((text: string): string | undefined => {
  const word = text.trim()
  if (/^[A-Za-z]{2}$/.test(word)) return codeOf(word.toUpperCase())
  const name = plainName(word)
  const [short = ''] = word.split(',')
  // ISO writes the form of the state behind a comma, and some lists instead of the name that everybody uses: Russian Federation.
  const land = /^(.{3,}?)n?(?:arab)?(?:federation|republic)$/.exec(name)?.[1] ?? ''
  return codes().get(name) ?? codes().get(plainName(short)) ?? codes().get(land)
})

/** Codes that are no countries: groups of states, test locales, and unknown places. */
const noCountries = /^(?:EU|EZ|UN|QO|X[AB]|ZZ)$/

/** Returns the code in use for a code: `GB` for `UK`. */
const codeOf = (code: string): string | undefined => {
  const region = new Intl.Locale(`und-${code}`).region ?? code
  return noCountries.test(region) || styles()[0]?.of(region) === undefined ? undefined : region
}

let loaded: readonly Intl.DisplayNames[] | undefined

/** The names of countries, long and short. Their data is loaded when it is first needed, because that takes as long as reading a short log. */
const styles = (): readonly Intl.DisplayNames[] => {
  loaded ??= (['long', 'short'] as const).map(
    (style) => new Intl.DisplayNames('en', { type: 'region', style, fallback: 'none' }),
  )
  return loaded
}

let known: ReadonlyMap<string, string> | undefined

/** The codes of all countries by their names in the data of Unicode. Listed when the first name is read. */
const codes = (): ReadonlyMap<string, string> => {
  known ??= listCodes()
  return known
}

const listCodes = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const first of letters) {
    for (const second of letters) {
      const code = first + second
      if (codeOf(code) !== code) continue
      for (const style of styles()) {
        const name = style.of(code) ?? code
        // Myanmar (Burma)
        for (const one of [name, ...name.split(/[()]/)]) if (one.length > 3) found.set(plainName(one), code)
      }
    }
  }
  return found
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** A name without accents, articles, blanks and signs, which lists of countries write differently. */
const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/^the /, '')
    .replace(/&/g, 'and')
    .replace(/[^a-z]/g, '')
