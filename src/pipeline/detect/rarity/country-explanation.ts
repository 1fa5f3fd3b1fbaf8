import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import type { Severity } from '../../../schema/severity.ts'
import { list, type Reason } from '../shared/explanation.ts'
import type { NewCountry } from './login-countries.ts'

let names: Intl.DisplayNames | undefined

/** The name of a country by its ISO code: `Portugal`. Loads the data of the names when it is first needed. */
export const countryName = (code: string): string => {
  names ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })
  return names.of(code) ?? code
}

/** The probability that a user comes from a new country: at most one login in as many as were seen, and fewer without other travellers. */
export const chanceOfCountry = ({ logins, travellers, others, before }: NewCountry): number =>
  (1 / (logins + 1)) * (travellers === 0 ? 0.1 : 0.5) * (others === 0 ? 0.2 : 1) * (before ? 0.05 : 1)

/** A journey is likelier than a theft, unless there was no time for it. */
export const severityOfCountry = ({ before, others }: NewCountry): Severity =>
  before && others === 0 ? 'medium' : 'low'

/** Explains why a country is unusual for a user. */
export const describeCountry = (user: string, { country, logins, days, earlier, others, before }: NewCountry): string =>
  [
    `${user} had ${plural(logins, 'earlier login')} on ${plural(days, 'day')}, all from ${countries(earlier)}.`,
    before && `The previous one came from ${countryName(before.country)}, ${duration(before.ago)} before.`,
    others === 0
      ? `No other user of this source was seen in ${countryName(country)}.`
      : `${plural(others, 'other user')} of this source ${others === 1 ? 'was' : 'were'} seen in ${countryName(country)}.`,
  ]
    .filter(Boolean)
    .join(' ')

/** The countries that a user came from before. */
export const usualCountries = ({ earlier, logins }: NewCountry): string =>
  `${countries(earlier)} in ${plural(logins, 'login')}`

/** The new country as a reason. */
export const reasonOfCountry = (found: NewCountry): Reason => ({
  feature: found.before
    ? 'country never used by this user, and no time for the journey'
    : 'country never used by this user',
  value: countryName(found.country),
  usual: usualCountries(found),
  pull: -Math.log10(chanceOfCountry(found)),
})

const countries = (codes: readonly string[]): string => list(codes.map(countryName))
