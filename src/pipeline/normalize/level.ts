const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    emerg: ['emerg', 'emergency', 'panic', 'system'],
    alert: ['alert'],
    crit: ['crit', 'critical', 'fatal', 'f', 'failure', 'dpanic'],
    error: ['error', 'err', 'severe', 'e', 'eror'],
    warning: ['warning', 'warn', 'wrn', 'w'],
    notice: ['notice', 'note'],
    info: ['info', 'information', 'informational', 'inf', 'i', 'log', 'http', 'audit success', 'audit failure'],
    debug: ['debug', 'dbg', 'd', 'trace', 'trc', 'verbose', 'silly', 'fine', 'finer', 'finest', 'config'],
  }).flatMap(([level, spellings]) => spellings.map((spelling) => [spelling, level] as const)),
)

/** Words that stand for a level only where a level is sure to stand: a JSON key, a bracket in an error log. */
const vague = new Set([
  'f',
  'e',
  'w',
  'i',
  'd',
  'system',
  'log',
  'http',
  'failure',
  'config',
  'note',
  'verbose',
  'fine',
])

/** Names of syslog's severities 0–7. */
export const syslogLevels = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'] as const

/** Maps a level word of any program to one of ours; undefined when it is none. */
export const toLevel = (word: string): string | undefined =>
  word.length > 14 ? undefined : words.get(word.toLowerCase())

/** As `toLevel`, for a word in running text: letters like `E` and words like `system` do not count there. */
export const toSureLevel = (word: string): string | undefined => {
  if (word.length < 3 || word.length > 13) return undefined
  const lower = word.toLowerCase()
  return vague.has(lower) ? undefined : words.get(lower)
}

/** Maps a number of syslog (0–7), or of pino and bunyan (10, 20 … 60). */
export const numberToLevel = (value: number): string | undefined => {
  if (!Number.isInteger(value) || value < 0) return undefined
  if (value <= 7) return syslogLevels[value]
  if (value < 10 || value > 69) return undefined
  return ['debug', 'debug', 'info', 'warning', 'error', 'crit'][Math.floor(value / 10) - 1]
}

/** Maps OpenTelemetry's SeverityNumber (1–24). */
export const otelToLevel = (value: number): string | undefined => {
  if (!(value >= 1 && value <= 24)) return undefined
  return ['debug', 'debug', 'info', 'warning', 'error', 'crit'][Math.floor((value - 1) / 4)]
}
