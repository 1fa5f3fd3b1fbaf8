import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsFields } from './windows-event.ts'

const image = 'C:\\Windows\\System32\\cmd.exe'
const channel = 'Microsoft-Windows-Sysmon/Operational'

describe('windowsFields', () => {
  it.each([
    // Elastic's agent and winlogbeat
    ['winlog, nested', { winlog: { channel, event_id: '1', provider_name: 'P', event_data: { Image: image } } }],
    // as some pipelines flatten it
    [
      'winlog, dotted',
      { 'winlog.channel': channel, 'event.code': '1', 'winlog.provider_name': 'P', 'winlog.event_data.Image': image },
    ],
    // the number of the event only where ECS has it
    [
      'winlog, with event.code',
      { event: { code: '1' }, winlog: { channel, provider_name: 'P', event_data: { Image: image } } },
    ],
    // Wazuh doubles backslashes
    [
      'Wazuh',
      {
        data: {
          win: {
            system: { channel, eventID: '1', providerName: 'P' },
            eventdata: { image: image.replaceAll('\\', '\\\\') },
          },
        },
      },
    ],
    ['NXLog', { Channel: channel, EventID: 1, SourceName: 'P', Image: image }],
    ['Fluent Bit', { Channel: channel, EventID: 1, ProviderName: 'P', EventData: { Image: image } }],
    [
      'osquery',
      { columns: { channel, eventid: '1', provider_name: 'P', data: JSON.stringify({ EventData: { Image: image } }) } },
    ],
  ])('reads %s', (_, event) => {
    const fields = windowsFields(event)
    expect(fields).toMatchObject({ Channel: channel, Provider_Name: 'P', Image: image })
    expect(Number(fields?.EventID)).toBe(1)
  })

  it.each([[{}], [{ message: 'x' }], [{ winlog: 'x' }], [null], ['text'], [{ Channel: 'x' }], [{ data: { win: 1 } }]])(
    'leaves %j alone',
    (event) => {
      expect(windowsFields(event)).toBeUndefined()
    },
  )

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void windowsFields(value)))
  })
})
