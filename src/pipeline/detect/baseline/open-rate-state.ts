import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { readOpenParts, writeOpenParts } from '../shared/open-parts.ts'
import { readDeviations, writeDeviations } from './deviation-state.ts'
import { ratesOf, type Track } from './track.ts'

/** No name of a stream or template is longer, and no text of one is shown longer. */
const longestLead = 1000
const longestText = 200

/**
 * Writes what is open of each track, for the end of a state: earlier releases did not save it. Deviations that have not ended, the majority
 * among the events of each open bucket, and how many empty buckets came last.
 */
export const writeOpenRates = (writer: Writer, tracks: readonly Track[]): void => {
  for (const track of tracks) {
    writer.f64(track.spikeUntil)
    for (const { meter, lead, leadCount, leadText } of ratesOf(track)) {
      writer.varint(meter.late).varint(meter.zeros).varint(leadCount)
      if (leadCount > 0) writer.text(lead.slice(0, longestLead)).text(leadText.slice(0, longestText))
    }
  }
  const rates = tracks.flatMap(ratesOf)
  writeOpenParts(
    writer,
    rates.map((rate) => (rate.high || rate.low ? rate : undefined)),
    writeDeviations,
  )
}

/** Reads what is open into tracks that were read before. */
export const readOpenRates = (reader: Reader, tracks: readonly Track[]): void => {
  if (reader.ended) return
  for (const track of tracks) {
    track.spikeUntil = reader.f64()
    for (const rate of ratesOf(track)) {
      rate.meter.late = reader.varint()
      rate.meter.zeros = reader.varint()
      rate.leadCount = reader.varint()
      if (rate.leadCount === 0) continue
      rate.lead = reader.text()
      rate.leadText = reader.text()
    }
  }
  readOpenParts(reader, tracks.flatMap(ratesOf), readDeviations)
}
