import type { ObservableType } from '../schema/intelligence/indicator.ts'
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

/** Parses a type as lists write it: `IPv4`, `ip-dst`, `hostname`, `FileHash-SHA256`. Undefined for unsupported types. */
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

/** Parses a severity as lists write it. Undefined for other words. */
export const toLevel = (word: unknown): Severity | undefined =>
  typeof word === 'string' && Object.hasOwn(levels, word.trim().toLowerCase())
    ? levels[word.trim().toLowerCase()]
    : undefined

const confidences: Readonly<Record<string, number>> = {
  low: 0.3,
  medium: 0.6,
  moderate: 0.6,
  high: 0.9,
  critical: 0.95,
}

/** Parses a confidence: a share from 0 to 1, a percentage above 1, or a word such as `high`. */
export const toConfidence = (value: unknown): number | undefined => {
  if (typeof value === 'string' && Object.hasOwn(confidences, value.trim().toLowerCase())) {
    return confidences[value.trim().toLowerCase()]
  }
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (!(number >= 0 && number <= 100)) return undefined
  return number > 1 ? number / 100 : number
}
