import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNormalizer } from '../../normalize/normalize.ts'
import { sentFields } from './sent-fields.ts'

const fieldsOf = (text: string) => {
  const [event] = createNormalizer().normalize({
    partition: 0,
    first: 0,
    source: 'test',
    receivedAt: 1_777_803_429_000,
    texts: [text],
  })
  return event && sentFields(event)
}

describe('sentFields', () => {
  it.each([
    // fields that our parsers rename
    ['JSON', '{"eventName":"StopLogging","userAgent":"curl"}', { eventName: 'StopLogging', userAgent: 'curl' }],
    ['a list of one', '[{"eventName":"StopLogging"}]', { eventName: 'StopLogging' }],
    ['lists of objects', '{"a":[{"b":1},{"b":2}]}', { 'a.b': [1, 2] }],
    ['JSON in syslog', '<13>May  3 10:17:09 h app: {"eventName":"x","msg":"y"}', { eventName: 'x', msg: 'y' }],
    ["JSON in a container's log", '{"log":"{\\"verb\\":\\"create\\"}\\n","stream":"stdout"}', { verb: 'create' }],
    [
      'JSON in JSON',
      '{"message":"{\\"eventName\\":\\"x\\"}","host":{"name":"h"}}',
      { eventName: 'x', 'host.name': 'h' },
    ],
    [
      "a cluster's log in Azure",
      '{"category":"kube-audit","properties":{"log":"{\\"verb\\":\\"get\\"}"}}',
      { verb: 'get' },
    ],
    [
      "Microsoft 365's named values",
      '{"Workload":"x","ExtendedProperties":[{"Name":"RequestType","Value":"Cmsi:Cmsi"}]}',
      { Workload: 'x', RequestType: 'Cmsi:Cmsi' },
    ],
    // does not overwrite a field of the record itself
    [
      'named values below fields',
      '{"a":1,"parameters":[{"name":"a","value":2},{"name":"b","value":3}]}',
      { a: 1, b: 3 },
    ],
    [
      "Google Workspace's reports",
      '{"id":{"applicationName":"admin"},"events":[{"name":"X","parameters":[{"name":"NEW_VALUE","value":"y"}]}]}',
      { eventService: 'admin.googleapis.com', 'events.name': 'X', NEW_VALUE: 'y' },
    ],
    ['a Windows event', '{"winlog":{"channel":"Security","event_id":1}}', { Channel: 'Security', EventID: 1 }],
  ])('reads %s', (_, text, fields) => {
    expect(fieldsOf(text)).toMatchObject(fields)
  })

  it.each(['text', '', '{"half":', '[1,2]', '[{"a":1},{"a":2}]'])('ignores %j', (text) => {
    expect(fieldsOf(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void fieldsOf(text)))
  })
})
