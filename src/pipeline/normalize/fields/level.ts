const english: ReadonlyMap<string, string> = new Map(
  Object.entries({
    emerg: ['emerg', 'emergency', 'emg', 'panic', 'system'],
    alert: ['alert', 'alr'],
    crit: ['crit', 'critical', 'fatal', 'f', 'failure', 'dpanic'],
    error: ['error', 'err', 'severe', 'e', 'eror'],
    warning: ['warning', 'warn', 'wrn', 'w'],
    notice: ['notice', 'note', 'ntc'],
    info: ['info', 'information', 'informational', 'inf', 'i', 'log', 'http', 'audit success', 'audit failure'],
    debug: [
      ...['debug', 'dbg', 'd', 'trace', 'trc', 'verbose', 'silly', 'fine', 'finer', 'finest', 'config'],
      // DNF's levels below its debug.
      ...['ddebug', 'subdebug'],
    ],
  }).flatMap(([level, spellings]) => spellings.map((spelling) => [spelling, level] as const)),
)

/** Level words in other languages, as programs with translated messages write them. */
const translated: ReadonlyMap<string, string> = new Map(
  Object.entries({
    crit: ['kritisch', 'critique', 'crítico', 'critico', 'panik', 'критическая', '严重', '致命的'],
    error: [
      ...['fehler', 'erreur', 'errore', 'erro', 'fout', 'feil', 'fejl', 'błąd', 'chyba', 'virhe', 'hata', 'hiba'],
      ...['ошибка', 'помилка', 'エラー', '错误', '錯誤', '오류', 'خطأ'],
    ],
    warning: [
      ...['warnung', 'avertissement', 'advertencia', 'avviso', 'aviso', 'waarschuwing', 'advarsel', 'varning'],
      ...['ostrzeżenie', 'varování', 'varoitus', 'uyarı', 'предупреждение', 'попередження', '警告', '경고'],
    ],
    notice: ['hinweis', 'уведомление', '注意'],
    info: ['информация', '情報', '信息', '정보'],
  }).flatMap(([level, spellings]) => spellings.map((spelling) => [spelling, level] as const)),
)

/** Words that are levels only in the position of one: a JSON key, a bracket in an error log. */
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

/** The names of syslog severities 0–7. */
export const syslogLevels = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'] as const

/** Both in one map, because most words are in neither. */
const words: ReadonlyMap<string, string> = new Map([...english, ...translated])

/** Whether a level word is of another language than English. */
export const isTranslatedLevel = (word: string): boolean => translated.has(word.toLowerCase())

/** Maps a level word of any program to ours; undefined for other words. */
export const toLogLevel = (word: string): string | undefined =>
  word.length > 14 ? undefined : words.get(word.toLowerCase())

/** Like `toLogLevel`, for a word in text: excludes letters such as `E` and words such as `system`. */
export const toSureLevel = (word: string): string | undefined => {
  // Chinese words have two characters.
  if (word.length > 15 || (word.length < 3 && !(word.charCodeAt(0) > 127))) return undefined
  const lower = word.toLowerCase()
  return vague.has(lower) ? undefined : words.get(lower)
}

/** Maps a level number of syslog (0–7), or of pino and bunyan (10, 20 … 60). */
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

/** Maps the levels of Windows events, which Azure's logs use too: critical 1, error 2, warning 3, information 4, verbose 5. */
export const windowsToLevel = (value: number): string | undefined =>
  [undefined, 'crit', 'error', 'warning', 'info', 'debug'][value]
