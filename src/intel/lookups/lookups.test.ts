import { expect, it } from 'vitest'
import { describeLookup } from '../provider.conformance.ts'
import { lookupComponents } from '../registry.ts'
import { abuseCh } from './abuse-ch.ts'
import { abuseipdb } from './abuseipdb.ts'
import { greynoise } from './greynoise.ts'
import { otx } from './otx.ts'
import { virustotal } from './virustotal.ts'

const ip = (value: string) => ({ type: 'ip', value }) as const
const json = (body: unknown) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

describeLookup('virustotal', {
  component: virustotal,
  known: { type: 'hash', value: sha256 },
  unknown: { type: 'url', value: 'http://evil-example.com/a?b' },
  serve({ method, path, headers }, secret) {
    expect([method, headers['x-apikey']]).toEqual(['GET', secret])
    if (path === `/files/${sha256}`) {
      return json({
        data: {
          id: sha256,
          type: 'file',
          attributes: {
            last_analysis_stats: {
              malicious: 12,
              suspicious: 1,
              harmless: 0,
              undetected: 57,
              timeout: 0,
              'type-unsupported': 4,
              failure: 0,
            },
            last_analysis_date: 1767600000,
            first_submission_date: 1767500000,
            popular_threat_classification: { suggested_threat_label: 'trojan.example/rat' },
            tags: ['peexe'],
            reputation: -11,
          },
        },
      })
    }
    // The ID of a URL is its text in base64url, without padding.
    expect(path).toBe(`/urls/${Buffer.from('http://evil-example.com/a?b').toString('base64url')}`)
    return { status: 404, ...json({ error: { code: 'NotFoundError', message: 'URL not found' } }) }
  },
  expected: {
    threat_level: 'critical',
    confidence: 0.98,
    description: 'flagged by 13 of 70 engines (trojan.example/rat)',
    tags: ['peexe'],
    first_seen: '2026-01-04T04:13:20.000Z',
    last_seen: '2026-01-05T08:00:00.000Z',
    valid_until: null,
  },
})

const pulse = (name: string, modified: string) => ({
  id: name,
  name,
  tags: ['scanner', name],
  TLP: 'white',
  created: '2026-01-01T00:00:00.000000',
  modified,
  author: { username: 'someone' },
})
const otxAnswer = (pulses: readonly object[], validation: readonly object[] = []) => ({
  indicator: 'x',
  pulse_info: { count: pulses.length, pulses },
  validation,
  false_positive: [],
})
describeLookup('otx', {
  component: otx,
  known: ip('198.51.100.7'),
  unknown: { type: 'domain', value: 'fine-example.com' },
  benign: { type: 'domain', value: 'cdn-example.com' },
  serve({ method, path, headers }, secret) {
    expect([method, headers['x-otx-api-key']]).toEqual(['GET', secret])
    if (path === '/indicators/IPv4/198.51.100.7/general') {
      return json(otxAnswer([pulse('Scans', '2026-01-04T10:00:00.123000'), pulse('Botnet', '2026-01-03T10:00:00')]))
    }
    if (path === '/indicators/hostname/cdn-example.com/general') {
      return json(
        otxAnswer(
          [pulse('x', '2026-01-04T10:00:00')],
          [{ source: 'majestic', message: 'Whitelisted domain', name: 'x' }],
        ),
      )
    }
    expect(path).toBe('/indicators/hostname/fine-example.com/general')
    return json(otxAnswer([]))
  },
  expected: {
    threat_level: 'low',
    confidence: 0.4,
    description: 'in 2 pulses: Scans',
    tags: ['scanner', 'Scans', 'Botnet'],
    first_seen: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-01-04T10:00:00.123Z',
    valid_until: null,
  },
})

const abuseAnswer = (ipAddress: string, facts: object) =>
  json({
    data: {
      ipAddress,
      isPublic: true,
      ipVersion: 4,
      isWhitelisted: false,
      abuseConfidenceScore: 0,
      countryCode: 'XX',
      usageType: 'Data Center/Web Hosting/Transit',
      isp: 'Example',
      domain: 'example.com',
      isTor: false,
      totalReports: 0,
      numDistinctUsers: 0,
      lastReportedAt: null,
      ...facts,
    },
  })
describeLookup('abuseipdb', {
  component: abuseipdb,
  known: ip('198.51.100.7'),
  unknown: ip('198.51.100.8'),
  benign: ip('198.51.100.9'),
  serve({ method, path, query, headers }, secret) {
    expect([method, path, query.get('maxAgeInDays'), headers.key, headers.accept]).toEqual([
      'GET',
      '/check',
      '90',
      secret,
      'application/json',
    ])
    const address = query.get('ipAddress') ?? ''
    if (address === '198.51.100.7') {
      return abuseAnswer(address, {
        abuseConfidenceScore: 83,
        totalReports: 41,
        numDistinctUsers: 17,
        lastReportedAt: '2026-01-05T06:00:00+00:00',
        isTor: true,
      })
    }
    return abuseAnswer(
      address,
      address === '198.51.100.9' ? { isWhitelisted: true, totalReports: 3, abuseConfidenceScore: 2 } : {},
    )
  },
  expected: {
    threat_level: 'high',
    confidence: 0.83,
    description: '41 reports by 17 users, abuse confidence 83 %',
    tags: ['Data Center/Web Hosting/Transit', 'tor-exit'],
    first_seen: null,
    last_seen: '2026-01-05T06:00:00.000Z',
    valid_until: null,
  },
})

describeLookup('greynoise', {
  component: greynoise,
  known: ip('198.51.100.7'),
  unknown: ip('198.51.100.8'),
  benign: ip('198.51.100.9'),
  serve({ method, path, headers }, secret) {
    expect([method, headers.key]).toEqual(['GET', secret])
    const address = path.replace('/community/', '')
    const about = { ip: address, link: `https://viz.greynoise.io/ip/${address}`, message: 'Success' }
    if (address === '198.51.100.7') {
      return json({
        ...about,
        noise: true,
        riot: false,
        classification: 'malicious',
        name: 'unknown',
        last_seen: '2026-01-04',
      })
    }
    if (address === '198.51.100.9') {
      return json({
        ...about,
        noise: false,
        riot: true,
        classification: 'benign',
        name: 'Example DNS',
        last_seen: '2026-01-04',
      })
    }
    return {
      status: 404,
      ...json({
        ip: address,
        noise: false,
        riot: false,
        message: 'IP not observed scanning the internet or contained in RIOT data set.',
      }),
    }
  },
  expected: {
    threat_level: 'medium',
    confidence: 0.8,
    description: 'malicious internet scanner',
    tags: ['scanner'],
    first_seen: null,
    last_seen: '2026-01-04T00:00:00.000Z',
    valid_until: null,
  },
})

describeLookup('abuse-ch', {
  component: abuseCh,
  known: { type: 'hash', value: sha256 },
  unknown: ip('198.51.100.8'),
  serve({ method, path, headers, body }, secret) {
    expect([method, headers['auth-key'], headers['content-type']]).toEqual([
      'POST',
      secret,
      'application/x-www-form-urlencoded',
    ])
    if (path === '/payload/') {
      expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ sha256_hash: sha256 })
      return json({
        query_status: 'ok',
        sha256_hash: sha256,
        md5_hash: 'd41d8cd98f00b204e9800998ecf8427e',
        file_type: 'exe',
        signature: 'ExampleRAT',
        firstseen: '2026-01-04 10:00:00',
        lastseen: null,
        url_count: '2',
        urls: [],
      })
    }
    expect([path, body]).toEqual(['/host/', 'host=198.51.100.8'])
    return json({ query_status: 'no_results' })
  },
  expected: {
    threat_level: 'high',
    confidence: 0.9,
    description: 'malware that was served from URLs (ExampleRAT)',
    tags: [],
    first_seen: '2026-01-04T10:00:00.000Z',
    last_seen: null,
    valid_until: null,
  },
})

it('tests every lookup', () => {
  expect(lookupComponents.map(({ name }) => name)).toEqual(['abuse-ch', 'abuseipdb', 'greynoise', 'otx', 'virustotal'])
})
