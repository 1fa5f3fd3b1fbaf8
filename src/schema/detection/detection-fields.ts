import type { FieldValue } from '../event/event.ts'
import { severities } from '../severity.ts'
import { type Detection, lineTexts } from './detection.ts'
import { entityFieldNames, entityReader, techniqueField } from './entity-fields.ts'

const own: ReadonlyMap<string, (detection: Detection) => FieldValue | undefined> = new Map<
  string,
  (detection: Detection) => FieldValue | undefined
>([
  ['id', (detection) => detection.id],
  ['detector', (detection) => detection.detector],
  ['kind', (detection) => detection.kind],
  ['type', (detection) => detection.type],
  ['severity', (detection) => detection.severity],
  ['score', (detection) => detection.score],
  ['title', (detection) => detection.title],
  ['sentence', (detection) => detection.sentence],
  ['source', (detection) => detection.source],
  ['stream', (detection) => detection.stream],
  ['dedup_key', (detection) => detection.dedup_key],
  ['learning', (detection) => detection.learning],
  ['event_count', (detection) => detection.event_count],
  ['event_id', (detection) => detection.evidence.map((item) => item.event_id)],
  ['technique', (detection) => techniqueField(detection.techniques)],
  ['first_seen', (detection) => detection.first_seen],
  ['last_seen', (detection) => detection.last_seen],
  ['time', (detection) => detection.last_seen],
])

const kinds = new Map<string, 'time' | 'text' | readonly string[]>([
  ['severity', severities],
  ['title', 'text'],
  ['sentence', 'text'],
  ['first_seen', 'time'],
  ['last_seen', 'time'],
  ['time', 'time'],
])

const indexed = [...own].flatMap(([name, read]) => (kinds.get(name) === 'time' ? [] : [read]))

/** Lets filters look at detections. `score` is 0–1; severities compare by their rank. */
export const detectionFields = {
  /** All fields. */
  names: new Set([...own.keys(), ...entityFieldNames]),
  reader(name: string): (detection: Detection) => FieldValue | undefined {
    const read = own.get(name)
    if (read) return (detection) => read(detection) ?? undefined
    const readEntity = entityReader(name)
    return ({ entities }) => readEntity(entities)
  },
  kind: (name: string): 'time' | 'text' | readonly string[] | undefined => kinds.get(name),
  /** The values that searches find by their words: all except times. Values of entities are texts. */
  indexed: (detection: Detection): readonly unknown[] => indexed.map((read) => read(detection)),
  /** The texts that bare words are searched in. */
  texts: (detection: Detection): readonly string[] => [
    detection.title,
    detection.sentence,
    ...detection.entities.map((entity) => entity.value),
    ...detection.evidence.flatMap(lineTexts),
  ],
  text: (detection: Detection): string => detectionFields.texts(detection).join('\n'),
}
