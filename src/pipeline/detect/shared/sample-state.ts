import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { Event } from '../../../schema/event/event.ts'
import { type EventSample, keptFields, longestLine, savedFields } from './evidence.ts'

/** The fields of a sample are not saved if they are longer as JSON. */
const longestFields = 2000

/** Writes a sample without its fields, and adds it to `samples`, whose fields are written at the end. */
export const writeSample = (writer: Writer, sample: EventSample | undefined, samples: EventSample[]): void => {
  writer.u8(sample ? 1 : 0)
  if (!sample) return
  writer.text(sample.id).f64(sample.time).text(sample.original.slice(0, longestLine))
  samples.push(sample)
}

/** Reads a sample, and adds it to `samples`, whose fields are read at the end. */
export const readSample = (reader: Reader, samples: EventSample[]): EventSample | undefined => {
  if (reader.u8() === 0) return undefined
  const sample: EventSample = { id: reader.text(), time: reader.f64(), original: reader.text() }
  samples.push(sample)
  return sample
}

/**
 * Writes the fields of the samples of a state, in the order of the samples. They come at the end of a state, because earlier releases saved
 * samples without them. Fields that samples share are written once.
 */
export const writeSampleFields = (writer: Writer, samples: readonly EventSample[]): void => {
  const places = new Map<string, number>()
  const placeOf = (sample: EventSample): number => {
    const kept = keptFields(sample)
    if (!kept) return 0
    const text = JSON.stringify(kept)
    if (text.length > longestFields) return 0
    const place = places.get(text) ?? places.size + 1
    places.set(text, place)
    return place
  }
  const placed = samples.map(placeOf)
  writer.varint(places.size)
  for (const text of places.keys()) writer.text(text)
  writer.varint(placed.length)
  for (const place of placed) writer.varint(place)
}

/** Reads fields into samples that were read before. A state of an earlier release has none. */
export const readSampleFields = (
  reader: Reader,
  samples: readonly { fields?: Event['fields'] | undefined }[],
): void => {
  if (reader.ended) return
  const all = Array.from({ length: reader.varint() }, () => savedFields.parse(JSON.parse(reader.text())))
  const placed = Array.from({ length: reader.varint() }, () => reader.varint())
  samples.forEach((sample, at) => {
    sample.fields = all[(placed[at] ?? 0) - 1] ?? sample.fields
  })
}
