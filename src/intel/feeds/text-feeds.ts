import { observableTypes } from '../../schema/indicator.ts'
import type { IntelComponent } from '../provider.ts'
import { abuseChLicence } from './abuse-ch.ts'
import { defineKeyedList, defineOwnList, definePublicList } from './text-feed.ts'

const own = { types: observableTypes, licence: 'See the publisher’s terms.', complete: true } as const
const authKey = (key: string) => ({ 'auth-key': key })

/** The feeds that are one text each; what needs several requests has a file of its own. */
export const textFeeds: readonly IntelComponent[] = [
  definePublicList(
    {
      name: 'cisa-kev',
      summary: 'Knows the vulnerabilities that are exploited: CISA KEV.',
      format: 'cisa-kev',
      types: [],
      licence: 'CC0 1.0; CISA’s logo and endorsement may not be used.',
      complete: true,
    },
    'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  ),
  defineOwnList({ ...own, name: 'csv', summary: 'Reads a table of indicators with a header.', format: 'csv' }),
  definePublicList(
    {
      name: 'feodo',
      summary: 'Lists command servers of botnets: Feodo Tracker of abuse.ch.',
      format: 'feodo',
      types: ['ip'],
      licence: 'CC0 1.0 (abuse.ch).',
      complete: true,
    },
    'https://feodotracker.abuse.ch/downloads/ipblocklist.json',
  ),
  defineOwnList({ ...own, name: 'json', summary: 'Reads a JSON list of indicators.', format: 'json' }),
  defineOwnList({ ...own, name: 'list', summary: 'Reads a list with one indicator a line.', format: 'list' }),
  defineKeyedList(
    {
      name: 'malwarebazaar',
      summary: 'Lists hashes of malware samples as they come in: MalwareBazaar of abuse.ch.',
      format: 'malwarebazaar',
      types: ['hash'],
      licence: abuseChLicence,
      complete: false,
    },
    'https://mb-api.abuse.ch/api/v1/',
    (url, key) => ({
      url,
      method: 'POST',
      headers: { ...authKey(key), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query=get_recent&selector=time',
    }),
  ),
  defineOwnList({ ...own, name: 'misp', summary: 'Reads an export of MISP events.', format: 'misp' }),
  defineOwnList({
    ...own,
    name: 'misp-warninglist',
    summary: 'Knows infrastructure that is benign: a warninglist of MISP.',
    format: 'misp-warninglist',
    types: [],
    licence: 'CC0 1.0 (MISP warninglists).',
  }),
  definePublicList(
    {
      name: 'spamhaus-drop',
      summary: 'Lists ranges that belong to criminals as a whole: Spamhaus DROP.',
      format: 'spamhaus-drop',
      types: ['ip'],
      licence:
        'Free for all; credit Spamhaus and keep date and copyright, which the notice shows. Fetch at most once an hour.',
      complete: true,
    },
    'https://www.spamhaus.org/drop/drop_v4.json',
  ),
  defineOwnList({ ...own, name: 'stix', summary: 'Reads a STIX 2.1 bundle.', format: 'stix' }),
  defineKeyedList(
    {
      name: 'threatfox',
      summary: 'Lists addresses, names, links and hashes of malware: ThreatFox of abuse.ch.',
      format: 'threatfox',
      types: ['ip', 'domain', 'url', 'hash'],
      licence: abuseChLicence,
      complete: false,
    },
    'https://threatfox-api.abuse.ch/api/v1/',
    (url, key) => ({
      url,
      method: 'POST',
      headers: { ...authKey(key), 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'get_iocs', days: 3 }),
    }),
  ),
  definePublicList(
    {
      name: 'tor-exits',
      summary: 'Knows the exits of the Tor network: context, not badness.',
      format: 'tor-exits',
      types: ['ip'],
      licence: 'Published by the Tor Project for this purpose.',
      complete: true,
    },
    'https://check.torproject.org/torbulkexitlist',
  ),
  defineKeyedList(
    {
      name: 'urlhaus',
      summary: 'Lists links that serve malware: URLhaus of abuse.ch.',
      format: 'urlhaus',
      types: ['url'],
      licence: abuseChLicence,
      complete: true,
    },
    'https://urlhaus-api.abuse.ch/files/exports/recent.json',
    // abuse.ch takes the key of its exports as a parameter only.
    (url, key) => ({ url: withKey(url, key), headers: authKey(key) }),
  ),
]

const withKey = (address: string, key: string): string => {
  const url = new URL(address)
  url.searchParams.set('auth-key', key)
  return url.href
}
