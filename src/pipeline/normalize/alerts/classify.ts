import type { AlertType } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'

const severityWords: ReadonlyMap<string, Severity> = new Map(
  Object.entries({
    critical: ['critical', 'crit', 'fatal', 'emergency', 'emerg', 'disaster', 'severe', 'p1'],
    high: ['high', 'major', 'error', 'err', 'alert', 'page', 'p2'],
    medium: ['medium', 'med', 'moderate', 'warning', 'warn', 'average', 'p3', 'unspecified'],
    low: ['low', 'minor', 'notice', 'p4'],
    info: ['info', 'informational', 'information', 'none', 'debug', 'ok', 'p5'],
  } satisfies Record<Severity, string[]>).flatMap(([severity, words]) =>
    words.map((word) => [word, severity as Severity] as const),
  ),
)

/** Parses a severity word, or a number from 0 to 10; undefined for anything else. */
export const toSeverity = (value: string | number | undefined): Severity | undefined => {
  const word = String(value ?? '')
    .trim()
    .toLowerCase()
    .replace(/^sev(erity)?[-_ :]*(?=\d)/, '')
  const known = severityWords.get(word)
  if (known || !/^\d{1,2}(?:\.\d{1,9})?$/.test(word)) return known
  return fromTen(Number(word))
}

/** Maps 9–10 to critical, 7–8 to high, 4–6 to medium, 1–3 to low, 0 to info. Larger numbers are from another scale. */
const fromTen = (value: number): Severity | undefined => {
  if (value > 10) return undefined
  if (value >= 9) return 'critical'
  if (value >= 7) return 'high'
  if (value >= 4) return 'medium'
  return value >= 1 ? 'low' : 'info'
}

/** The types by their names at senders, with underscores. */
const typeWords: ReadonlyMap<string, AlertType> = new Map(
  Object.entries({
    malware: ['malware', 'virus', 'malware_detection', 'malware_detected', 'ransomware', 'trojan'],
    phishing: ['phishing', 'spearphishing'],
    brute_force: ['brute_force', 'bruteforce'],
    ddos: ['ddos', 'dos', 'denial_of_service', 'ddos_attack'],
    data_exfiltration: ['data_exfiltration', 'exfiltration'],
    unauthorized_access: [
      ...['unauthorized_access', 'intrusion', 'intrusion_detection', 'web_attack', 'initialaccess', 'initial_access'],
      ...['credentialaccess', 'credential_access', 'privilegeescalation', 'privilege_escalation', 'lateralmovement'],
      ...['lateral_movement', 'persistence', 'execution', 'exploit'],
    ],
    policy_violation: ['policy_violation', 'defenseevasion', 'defense_evasion'],
    anomaly: ['anomaly', 'anomaly_detected', 'network_anomaly', 'suspicious_activity'],
    other: ['other'],
  } satisfies Record<AlertType, string[]>).flatMap(([type, words]) =>
    words.map((word) => [word, type as AlertType] as const),
  ),
)

/** Parses a sender's type; undefined if we have none for it. */
export const toAlertType = (word: string | undefined): AlertType | undefined =>
  typeWords.get(
    (word ?? '')
      .trim()
      .toLowerCase()
      .replace(/[-\s]+/g, '_'),
  )

/** Types by words in a title; the first match wins. */
const signs: readonly (readonly [RegExp, AlertType])[] = [
  [/\b(?:phish\w*|credential harvest\w*|social engineering)/i, 'phishing'],
  [
    /brute.?force|password (?:spray|guess)|(?:multiple|repeated|many) (?:failed )?(?:log[io]n|authentication)s?/i,
    'brute_force',
  ],
  [
    /malware|virus|trojan|ransom|backdoor|\bworm\b|\bbot(?:net)?\b|c(?:ommand|2)[ -]and[ -]control|\bc2\b|crypto.?(?:miner|currency)|rootkit|spyware/i,
    'malware',
  ],
  [/exfiltrat|data (?:leak|theft|loss)/i, 'data_exfiltration'],
  [/\bd?dos\b|denial.of.service|\bdenial\b|\bflood/i, 'ddos'],
  [
    /unauthori[sz]ed|intrusion|exploit|sql.?injection|\bxss\b|web.?(?:shell|attack|application attack)|privilege (?:escalation|gain)|lateral movement|impossible travel|shellcode|code execution|credential (?:access|dump|theft)/i,
    'unauthorized_access',
  ],
  [/policy|privacy violation|compliance/i, 'policy_violation'],
]
/** Words that only say that something is unusual. */
const unusualWords = /anomal|unusual|suspicious/i

/** Guesses the type from the texts of an alert; `other` without a match. */
export const guessType = (...texts: readonly (string | undefined)[]): AlertType => {
  let isUnusual = false
  for (const text of texts) {
    if (text === undefined) continue
    const short = text.slice(0, 1_000)
    const found = toAlertType(short) ?? signs.find(([sign]) => sign.test(short))?.[1]
    if (found) return found
    isUnusual ||= unusualWords.test(short)
  }
  return isUnusual ? 'anomaly' : 'other'
}

const resolvedWords = new Set(['resolved', 'closed', 'ok', 'recovered', 'inactive', 'cleared', 'normal', 'completed'])

/** Whether a sender's status means resolved. */
export const isResolvedStatus = (status: string | undefined): boolean =>
  resolvedWords.has((status ?? '').trim().toLowerCase())
