/**
 * Renames the properties of a Windows event as PowerShell and the Event Viewer export them to those that agents use: `Id`, a time as
 * `/Date(1767952546000)/`, and the keywords that say whether an audit failed. Returns other objects unchanged.
 */
export const withEventNames = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { Id, EventID = Id, TimeCreated, KeywordsDisplayNames, Keywords = KeywordsDisplayNames } = object
  const isEvent = EventID !== undefined && ('ProviderName' in object || 'LevelDisplayName' in object)
  if (!isEvent || !/^\d{1,6}$/.test(String(EventID))) return object
  // 0 is an event that is always logged, not the most urgent one.
  const { Id: _id, TimeCreated: _time, Level, ...others } = object
  const outcome = object.EventType === undefined ? outcomeOf(Keywords) : undefined
  return {
    ...others,
    EventID,
    TimeCreated: timeOf(TimeCreated),
    ...(Level !== undefined && { Level: levels[Number(Level)] ?? Level }),
    ...(outcome && { EventType: outcome }),
  }
}

const levels = ['info', 'critical', 'error', 'warning', 'info', 'debug']

const timeOf = (value: unknown): unknown => {
  const inner = typeof value === 'object' && value !== null && 'value' in value ? value.value : value
  const date = typeof inner === 'string' ? /^\/Date\((-?\d{1,15})\)\/$/.exec(inner) : undefined
  return date ? Number(date[1]) : inner
}

/** The bits of the keywords for an audit, as signed numbers. */
const [failureBits, successBits] = [0x8010_0000_0000_0000n, 0x8020_0000_0000_0000n].map((bits) =>
  Number(BigInt.asIntN(64, bits)),
)

const outcomeOf = (keywords: unknown): string | undefined => {
  const text = String(keywords)
  if (Number(text) === failureBits || failed.test(text)) return 'AUDIT_FAILURE'
  return Number(text) === successBits || succeeded.test(text) ? 'AUDIT_SUCCESS' : undefined
}

/** English, German, French, Spanish and Italian. */
const failed =
  /^(?:Audit Failure|Überwachung (?:gescheitert|fehlgeschlagen)|Überwachungsfehler|Échec de l.audit|Error de auditoría|Controllo non riuscito)/i
const succeeded = /^(?:Audit Success|Überwachung erfolgreich|Succès de l.audit|Auditoría correcta|Controllo riuscito)/i
