import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWindowsXml } from './windows-xml.ts'

describe('readWindowsXml', () => {
  it('reads what Windows exports', () => {
    const xml =
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{5484}'/>" +
      "<EventID>4625</EventID><Version>0</Version><Level>0</Level><Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime='2026-11-20T08:15:02.1234567Z'/>" +
      "<EventRecordID>229977</EventRecordID><Execution ProcessID='516' ThreadID='3240'/><Channel>Security</Channel><Computer>DC01.corp.example</Computer><Security/></System>" +
      "<EventData><Data Name='TargetUserName'>admin</Data><Data Name='IpPort'></Data><Data Name='ProcessName'>C:\\a &amp; b.exe</Data></EventData></Event>"
    expect(readWindowsXml(xml)).toEqual({
      '@timestamp': '2026-11-20T08:15:02.1234567Z',
      event: { code: '4625', provider: 'Microsoft-Windows-Security-Auditing', outcome: 'failure' },
      winlog: {
        channel: 'Security',
        event_id: '4625',
        provider_name: 'Microsoft-Windows-Security-Auditing',
        computer_name: 'DC01.corp.example',
        record_id: '229977',
        process: { pid: 516 },
        event_data: { TargetUserName: 'admin', ProcessName: 'C:\\a & b.exe' },
      },
    })
  })

  it('reads data without names, data of a log itself, and a rendered message', () => {
    const xml =
      '<Event><System><Provider Name="Microsoft-Windows-Eventlog"/><EventID Qualifiers="16384">1102</EventID><Level>4</Level><Channel>Security</Channel></System>' +
      '<EventData><Data>Updates</Data><Data>running</Data></EventData>' +
      '<UserData><LogFileCleared xmlns="x"><SubjectUserName>eva</SubjectUserName></LogFileCleared></UserData>' +
      '<RenderingInfo Culture="en-US"><Message>The audit log was cleared.</Message></RenderingInfo></Event>'
    expect(readWindowsXml(xml)).toMatchObject({
      message: 'The audit log was cleared.',
      log: { level: 'information' },
      winlog: { event_data: { param1: 'Updates', param2: 'running' }, user_data: { SubjectUserName: 'eva' } },
    })
  })

  it('reads data whose element has a name of its own, and none of an empty element', () => {
    const eventOf = (data: string) =>
      readWindowsXml(`<Event><System><EventID>19</EventID><Channel>System</Channel></System>${data}</Event>`)?.winlog
    const named = '<EventData Name="Update"><Data Name="Title">KB5</Data></EventData>'
    expect(eventOf(named)?.event_data).toEqual({ Title: 'KB5' })
    expect(eventOf(`<UserData xmlns="x"><a>b</a></UserData>`)?.user_data).toEqual({ a: 'b' })
    expect(eventOf('<EventData/><UserData/>')).toEqual({ channel: 'System', event_id: '19' })
  })

  it('reads what Sysmon for Linux sends in a line of syslog', () => {
    const xml =
      '<Event><System><Provider Name="Linux-Sysmon" Guid="{x}"/><EventID>1</EventID><Channel>Linux-Sysmon/Operational</Channel>' +
      '<Computer>web1</Computer></System><EventData><Data Name="CommandLine">sh -c &quot;a &amp;&amp; b&#62;c&quot;</Data>' +
      '<Data Name="User">root</Data></EventData></Event>'
    expect(readWindowsXml(`May  3 10:17:09 web1 sysmon: ${xml}`)).toMatchObject({
      winlog: { computer_name: 'web1', event_data: { CommandLine: 'sh -c "a && b>c"', User: 'root' } },
    })
  })

  it.each(['', 'text', '<Event>', '<Event><EventID>1</EventID>', '<Events/>'])('leaves %j alone', (text) => {
    expect(readWindowsXml(text)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void readWindowsXml(`<Event><System>${text}<Channel>x</Channel><EventID>1</EventID></System>${text}`),
      ),
    )
  })
})
