import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const read = (text: string) => {
  const { message, fields } = parseRecord({ text, source: 's', receivedAt: 0, zoneMinutes: undefined })
  return [fields['log.level'], fields['log.logger'], message, fields['error.message']]
}
const failed =
  'fail: Shop.Orders[12]\n      Order failed\n      System.TimeoutException: too late\n         at Shop.Pay()'
const found = ['error', 'Shop.Orders', 'Order failed', 'too late']

describe('the console logger of .NET', () => {
  it.each<[line: string, found: readonly (string | undefined)[]]>([
    ['info: Shop.Orders[0]\n      Order 7 placed', ['info', 'Shop.Orders', 'Order 7 placed', undefined]],
    ['dbug: Shop.Orders[0] Order 7 placed', ['debug', 'Shop.Orders', 'Order 7 placed', undefined]],
    [failed, found],
    [`2026-12-10 09:32:20.123 ${failed}`, found],
    [`[09:32:20] ${failed}`, found],
    [`2026-12-10T09:32:20.123456789Z stdout F ${failed}`, found],
    [JSON.stringify({ log: `${failed}\n`, stream: 'stdout', time: '2026-12-10T09:32:20.1Z' }), found],
    [
      'Dec 10 09:32:20 web-1 shop[17]: fail: Shop.Orders[12] Order failed',
      ['error', 'Shop.Orders', 'Order failed', undefined],
    ],
    ['info: see chapter[0]4', ['info', undefined, 'info: see chapter[0]4', undefined]],
  ])('%j', (line, expected) => expect(read(line)).toEqual(expected))
})
