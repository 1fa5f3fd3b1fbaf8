import type { ObservableType } from '../schema/indicator.ts'
import type { Severity } from '../schema/severity.ts'

const types: readonly (readonly [RegExp, ObservableType])[] = [
  [
    /^(ip|ipv4|ipv6|ip[-_ ]?(src|dst|addr|address|range)|ipv[46]-addr|cidr|netblock|ip:port|ip-(src|dst)\|port|src_?ip|dst_?ip)$/,
    'ip',
  ],
  [/^(domain|hostname|host|fqdn|domain-name|domain_name|hostname\|port)$/, 'domain'],
  [/^(url|uri|link)$/, 'url'],
  [
    /^(hash|file|filehash|filehash-.*|md5|sha1|sha-1|sha256|sha-256|sha512|sha-512|(md5|sha1|sha256|sha512)_hash|file_hash)$/,
    'hash',
  ],
  [/^(email|email-(src|dst|addr|reply-to)|e-mail|mail|email_address)$/, 'email'],
  [/^(certificate|x509-fingerprint-(md5|sha1|sha256)|ssl_sha1|cert_sha1)$/, 'certificate'],
]

/** Reads the name of a type as lists write it: `IPv4`, `ip-dst`, `hostname`, `FileHash-SHA256`. Undefined for what is no type of ours. */
export const toType = (word: string): ObservableType | undefined => {
  const plain = word.trim().toLowerCase()
  return types.find(([names]) => names.test(plain))?.[1]
}

const levels: Readonly<Record<string, Severity>> = {
  info: 'info',
  informational: 'info',
  unknown: 'info',
  low: 'low',
  medium: 'medium',
  moderate: 'medium',
  suspicious: 'medium',
  high: 'high',
  malicious: 'high',
  critical: 'critical',
  severe: 'critical',
}

/** Reads how grave something is, as lists write it; undefined when they do not say. */
export const toLevel = (word: unknown): Severity | undefined =>
  typeof word === 'string' && Object.hasOwn(levels, word.trim().toLowerCase())
    ? levels[word.trim().toLowerCase()]
    : undefined

const sureness: Readonly<Record<string, number>> = { low: 0.3, medium: 0.6, moderate: 0.6, high: 0.9, critical: 0.95 }

/** Reads how sure a source is: 0–1, 0–100, or a word. Numbers from 0 to 1 are shares; others are percentages. */
export const toConfidence = (value: unknown): number | undefined => {
  if (typeof value === 'string' && Object.hasOwn(sureness, value.trim().toLowerCase())) {
    return sureness[value.trim().toLowerCase()]
  }
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (!(number >= 0 && number <= 100)) return undefined
  return number > 1 ? number / 100 : number
}
