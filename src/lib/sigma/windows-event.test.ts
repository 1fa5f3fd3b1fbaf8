import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsFields, windowsFieldsOfXml } from './windows-event.ts'

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

describe('windowsFieldsOfXml', () => {
  it('reads what Sysmon for Linux sends, without a channel', () => {
    const xml =
      '<Event><System><Provider Name="Linux-Sysmon" Guid="{x}"/><EventID>1</EventID><Channel>Linux-Sysmon/Operational</Channel>' +
      '<Computer>web1</Computer></System><EventData><Data Name="CommandLine">sh -c &quot;a &amp;&amp; b&#62;c&quot;</Data>' +
      '<Data Name="User">root</Data></EventData></Event>'
    expect(windowsFieldsOfXml(`May  3 10:17:09 web1 sysmon: ${xml}`)).toEqual({
      Computer: 'web1',
      EventID: '1',
      Provider_Name: 'Linux-Sysmon',
      CommandLine: 'sh -c "a && b>c"',
      User: 'root',
    })
  })

  it.each(['', 'text', '<Event>', '<Event><EventID>1</EventID>', '<Events/>'])('leaves %j alone', (text) => {
    expect(windowsFieldsOfXml(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void windowsFieldsOfXml(`<Event>${text}<Channel>x</Channel><EventID>1</EventID>`),
      ),
    )
  })
})
