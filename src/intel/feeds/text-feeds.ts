import { observableTypes } from '../../schema/intelligence/indicator.ts'
import type { IntelComponent } from '../provider.ts'
import { abuseChLicence } from './abuse-ch.ts'
import { defineKeyedList, defineOwnList, definePublicList } from './text-feed.ts'

const own = { types: observableTypes, licence: 'See the publisher’s terms.', complete: true } as const
const authKey = (key: string) => ({ 'auth-key': key })

/** The feeds that need only one request. */
export const textFeeds: readonly IntelComponent[] = [
  definePublicList(
    {
      name: 'cisa-kev',
      summary: 'Lists known exploited vulnerabilities: CISA KEV.',
      format: 'cisa-kev',
      types: [],
      licence: 'CC0 1.0; CISA’s logo and endorsement may not be used.',
      complete: true,
    },
    'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  ),
  defineOwnList({ ...own, name: 'csv', summary: 'Reads a CSV table of indicators with a header.', format: 'csv' }),
  definePublicList(
    {
      name: 'feodo',
      summary: 'Lists command-and-control servers of botnets: Feodo Tracker by abuse.ch.',
      format: 'feodo',
      types: ['ip'],
      licence: 'CC0 1.0 (abuse.ch).',
      complete: true,
    },
    'https://feodotracker.abuse.ch/downloads/ipblocklist.json',
  ),
  defineOwnList({ ...own, name: 'json', summary: 'Reads a JSON list of indicators.', format: 'json' }),
  defineOwnList({ ...own, name: 'list', summary: 'Reads a list with one indicator per line.', format: 'list' }),
  defineKeyedList(
    {
      name: 'malwarebazaar',
      summary: 'Lists hashes of new malware samples: MalwareBazaar by abuse.ch.',
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
    summary: 'Lists known-benign infrastructure: a MISP warninglist.',
    format: 'misp-warninglist',
    types: [],
    licence: 'CC0 1.0 (MISP warninglists).',
  }),
  definePublicList(
    {
      name: 'spamhaus-drop',
      summary: 'Lists networks under criminal control: Spamhaus DROP.',
      format: 'spamhaus-drop',
      types: ['ip'],
      licence:
        'Free for all. Credit Spamhaus, and keep the date and copyright in the notice. Pull at most once an hour.',
      complete: true,
    },
    'https://www.spamhaus.org/drop/drop_v4.json',
  ),
  defineOwnList({ ...own, name: 'stix', summary: 'Reads a STIX 2.1 bundle.', format: 'stix' }),
  defineKeyedList(
    {
      name: 'threatfox',
      summary: 'Lists addresses, domains, URLs and hashes of malware: ThreatFox by abuse.ch.',
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
      summary: 'Lists Tor exit nodes, as context: they are not malicious.',
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
      summary: 'Lists URLs that serve malware: URLhaus by abuse.ch.',
      format: 'urlhaus',
      types: ['url'],
      licence: abuseChLicence,
      complete: true,
    },
    'https://urlhaus-api.abuse.ch/files/exports/recent.json',
    // The exports of abuse.ch accept the key only as a query parameter.
    (url, key) => ({ url: withKey(url, key), headers: authKey(key) }),
  ),
]

const withKey = (address: string, key: string): string => {
  const url = new URL(address)
  url.searchParams.set('auth-key', key)
  return url.href
}
