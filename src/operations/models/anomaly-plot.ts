import { crc32, deflateSync } from 'node:zlib'
import type { EntryScores } from '../analysis/score-entries.ts'

const width = 1_200
const height = 800
const margin = 40
/** The height of the upper picture; the rest is the lower one. */
const split = 500
const bins = 50

const white = [255, 255, 255] as const
const grey = [120, 120, 120] as const
const blue = [70, 130, 180] as const
const red = [220, 30, 30] as const
type Colour = readonly [number, number, number]

/**
 * Draws the scores of events as a PNG: above, each event from left to right in order of time, with the threshold as a line and anomalies in red;
 * below, how many events have each score. Returns the bytes of the file. O(events).
 */
export const drawAnomalies = (events: NonNullable<EntryScores['events']>, threshold: number): Uint8Array => {
  const pixels = Buffer.alloc(width * height * 3, Buffer.from(white))
  const fill = (x: number, y: number, w: number, h: number, colour: Colour): void => {
    for (let row = Math.max(0, Math.round(y)); row < Math.min(height, Math.round(y + h)); row += 1) {
      for (let column = Math.max(0, Math.round(x)); column < Math.min(width, Math.round(x + w)); column += 1) {
        pixels.set(colour, (row * width + column) * 3)
      }
    }
  }
  const inner = width - 2 * margin
  const scoreY = (score: number): number => split - margin - score * (split - 2 * margin)

  fill(margin, split - margin, inner, 2, grey)
  fill(margin, margin, 2, split - 2 * margin, grey)
  fill(margin, scoreY(threshold), inner, 1, red)
  const inTime = events.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
  for (const [place, { anomaly_score, is_anomaly }] of inTime.entries()) {
    const size = is_anomaly ? 7 : 4
    const x = margin + (inner * (place + 0.5)) / events.length
    fill(x - size / 2, scoreY(anomaly_score) - size / 2, size, size, is_anomaly ? red : blue)
  }

  fill(margin, height - margin, inner, 2, grey)
  const counts = Array<number>(bins).fill(0)
  for (const { anomaly_score } of events) {
    const bin = Math.min(bins - 1, Math.floor(anomaly_score * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  for (const [bin, count] of counts.entries()) {
    const tall = (count / most) * (height - split - 2 * margin)
    fill(
      margin + (inner * bin) / bins + 1,
      height - margin - tall,
      inner / bins - 2,
      tall,
      bin / bins >= threshold ? red : blue,
    )
  }
  fill(margin + inner * threshold, split + margin, 1, height - split - 2 * margin, red)
  return toPng(pixels)
}

/** Writes RGB pixels as a PNG (RFC 2083). */
const toPng = (pixels: Buffer): Uint8Array => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits per channel, RGB, and the only methods that PNG defines.
  header.set([8, 2, 0, 0, 0], 8)
  const row = width * 3
  const lines = Buffer.alloc((row + 1) * height)
  for (let y = 0; y < height; y += 1) pixels.copy(lines, y * (row + 1) + 1, y * row, (y + 1) * row)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}
