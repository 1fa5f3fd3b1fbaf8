import { expect, it } from 'vitest'
import { toCountryCode } from './country-code.ts'

it.each([
  ['DE', 'DE'],
  ['de', 'DE'],
  ['UK', 'GB'],
  ['XK', 'XK'],
  ['Germany', 'DE'],
  ['united states', 'US'],
  ['The Netherlands', 'NL'],
  ['Bosnia and Herzegovina', 'BA'],
  ["Cote D'Ivoire", 'CI'],
  ['Turkiye', 'TR'],
  ['Viet Nam', 'VN'],
  ['Hong Kong', 'HK'],
  ['Myanmar', 'MM'],
  ['Moldova, Republic of', 'MD'],
  ['Iran, Islamic Republic of', 'IR'],
  ['Russian Federation', 'RU'],
  ['Syrian Arab Republic', 'SY'],
  ['Dominican Republic', 'DO'],
  ['Niger', 'NE'],
  ['Nigeria', 'NG'],
])('reads the country %s', (text, code) => expect(toCountryCode(text)).toBe(code))

it.each([
  '',
  '-',
  'Reserved',
  'Europe',
  'EU',
  'A1',
  'T1',
  'ZZ',
  'Anonymous Proxy',
  '10.0.0.0-10.255.255.255',
  'Republic',
])('reads no country in "%s"', (text) => expect(toCountryCode(text)).toBeUndefined())
