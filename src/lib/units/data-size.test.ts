import { expect, it } from 'vitest'
import { dataSize } from './data-size.ts'

it('formats an amount of data in its largest unit', () => {
  expect([0, 999, 1_500, 40e6, 6_600e6, 2e12, 5e18].map(dataSize)).toEqual([
    ...['0 bytes', '999 bytes', '1.5 kB', '40 MB', '6.6 GB', '2 TB', '5,000 PB'],
  ])
})
