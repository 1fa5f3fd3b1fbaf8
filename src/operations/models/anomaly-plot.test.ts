import { inflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { drawAnomalies } from './anomaly-plot.ts'

const event = (number: number, anomaly_score: number) => ({
  timestamp: `2026-01-08T11:00:${String(number).padStart(2, '0')}Z`,
  ...{ user: 'ana', source_ip: '10.0.0.1', dest_ip: 'unknown', event_type: 'login', action: 'success', message: '' },
  ...{ severity: 'low' as const, threat_type: 'unknown' as const, anomaly_score, is_anomaly: anomaly_score > 0.6 },
})

/** Reads the pixels of a PNG without filters. */
const pixelsOf = (png: Uint8Array) => {
  const file = Buffer.from(png)
  expect(file.subarray(1, 4).toString()).toBe('PNG')
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  const length = file.readUInt32BE(33)
  const lines = inflateSync(file.subarray(41, 41 + length))
  const colours = new Map<number, number>()
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3
      const colour = lines.readUIntBE(at, 3)
      colours.set(colour, (colours.get(colour) ?? 0) + 1)
    }
  }
  return { width, height, colours }
}

it('draws every event, and anomalies in red', () => {
  const quiet = pixelsOf(drawAnomalies([event(1, 0.2), event(2, 0.3)], 0.6))
  const loud = pixelsOf(drawAnomalies([event(1, 0.2), event(2, 0.9)], 0.6))
  expect([quiet.width, quiet.height]).toEqual([1_200, 800])
  const [blue, red] = [0x46_82_b4, 0xdc_1e_1e]
  expect(quiet.colours.get(blue)).toBeGreaterThan(2 * 16)
  expect(loud.colours.get(red) ?? 0).toBeGreaterThan((quiet.colours.get(red) ?? 0) + 40)
  expect(pixelsOf(drawAnomalies([], 0.6)).colours.get(blue)).toBeUndefined()
})
