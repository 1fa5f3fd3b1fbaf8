/** An event of Windows, laid out as winlogbeat does. */
export type WindowsEvent = {
  readonly '@timestamp'?: string
  readonly event: { readonly code: string; readonly provider?: string; readonly outcome?: 'success' | 'failure' }
  readonly log?: { readonly level: string }
  readonly winlog: {
    readonly channel: string
    readonly event_id: string
    readonly provider_name?: string
    readonly computer_name?: string
    readonly record_id?: string
    readonly process?: { readonly pid: number }
    readonly user?: { readonly identifier: string }
    readonly event_data?: Readonly<Record<string, string>>
    readonly user_data?: Readonly<Record<string, string>>
  }
  readonly message?: string
}

const mostValues = 200
const levels: Readonly<Record<string, string>> = {
  '1': 'critical',
  '2': 'error',
  '3': 'warning',
  '4': 'information',
  '5': 'verbose',
}
/** The keywords of audits, of which the first 16 bits are those of the log. */
const outcomes: Readonly<Record<string, 'success' | 'failure'>> = { '0x8020': 'success', '0x8010': 'failure' }

/**
 * Reads a Windows event as XML: as Windows exports and forwards it, Splunk collects it, and Sysmon for Linux sends it to syslog. Undefined
 * for a text without an `<Event>` that has a channel and an id. Linear; nothing is resolved but the five entities and numbered characters.
 */
export const readWindowsXml = (text: string): WindowsEvent | undefined => {
  const start = text.indexOf('<Event')
  if (start < 0) return undefined
  const system = partOf(text, 'System', start)
  if (system === undefined) return undefined
  const channel = /<Channel>([^<]{1,256})<\/Channel>/.exec(system)?.[1]
  const id = /<EventID[^>]{0,64}>(\d{1,6})<\/EventID>/.exec(system)?.[1]
  if (channel === undefined || id === undefined) return undefined
  const provider = attribute(system, /<Provider [^>]{0,200}?Name=(["'])([^"']{1,256})\1/)
  const time = attribute(system, /<TimeCreated [^>]{0,64}?SystemTime=(["'])([^"']{1,64})\1/)
  const user = attribute(system, /<Security [^>]{0,64}?UserID=(["'])([^"']{1,128})\1/)
  const pid = attribute(system, /<Execution [^>]{0,64}?ProcessID=(["'])(\d{1,10})\1/)
  const computer = /<Computer>([^<]{1,256})<\/Computer>/.exec(system)?.[1]
  const record = /<EventRecordID>(\d{1,20})<\/EventRecordID>/.exec(system)?.[1]
  const level = levels[/<Level>(\d)<\/Level>/.exec(system)?.[1] ?? '']
  const outcome = outcomes[/<Keywords>(0x80[12]0)0{12}<\/Keywords>/.exec(system)?.[1] ?? '']
  const data = dataOf(partOf(text, 'EventData', start) ?? '')
  const own = elementsOf(partOf(text, 'UserData', start) ?? '')
  const message = partOf(text, 'Message', start)
  return {
    ...(time !== undefined && { '@timestamp': time }),
    event: { code: id, ...(provider !== undefined && { provider }), ...(outcome && { outcome }) },
    ...(level !== undefined && { log: { level } }),
    winlog: {
      channel: unescapeXml(channel),
      event_id: id,
      ...(provider !== undefined && { provider_name: provider }),
      ...(computer !== undefined && { computer_name: unescapeXml(computer) }),
      ...(record !== undefined && { record_id: record }),
      ...(pid !== undefined && { process: { pid: Number(pid) } }),
      ...(user !== undefined && { user: { identifier: user } }),
      ...(data && { event_data: data }),
      ...(own && { user_data: own }),
    },
    ...(message !== undefined && { message: unescapeXml(message).trim() }),
  }
}

/** Returns the content of the first element of a name behind a position. */
const partOf = (text: string, name: string, from: number): string | undefined => {
  const open = [`<${name}>`, `<${name} `].map((tag) => text.indexOf(tag, from)).filter((at) => at >= 0)
  const start = open.length === 0 ? 0 : text.indexOf('>', Math.min(...open)) + 1
  if (start === 0 || text[start - 2] === '/') return undefined
  const end = text.indexOf(`</${name}>`, start)
  return end < 0 ? undefined : text.slice(start, end)
}

const attribute = (text: string, pattern: RegExp): string | undefined => {
  const value = pattern.exec(text)?.[2]
  return value === undefined ? undefined : unescapeXml(value)
}

/** Reads `<Data Name="…">…</Data>`. Data without names are numbered, as winlogbeat does. Leaves out empty ones. */
const dataOf = (text: string): Readonly<Record<string, string>> | undefined =>
  toValues(
    text
      .matchAll(/<Data(?: Name=(["'])([^"'<>]{1,128})\1)?>([^<]*)<\/Data>/g)
      .map(([, , name, value = ''], index) => [name ?? `param${index + 1}`, value]),
  )

/** Reads the elements that hold text only. */
const elementsOf = (text: string): Readonly<Record<string, string>> | undefined =>
  toValues(text.matchAll(/<([A-Za-z]\w{0,127})>([^<]+)<\//g).map(([, name = '', value = '']) => [name, value]))

const toValues = (
  found: IteratorObject<[name: string, value: string]>,
): Readonly<Record<string, string>> | undefined => {
  const values = [...found.filter(([, value]) => value !== '').take(mostValues)]
  return values.length === 0 ? undefined : Object.fromEntries(values.map(([name, value]) => [name, unescapeXml(value)]))
}

const entities: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' }

const unescapeXml = (text: string): string =>
  text.includes('&')
    ? text.replace(
        /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
        (whole, decimal?: string, hex?: string, name?: string) => {
          if (name !== undefined) return entities[name] ?? whole
          const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
          return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
        },
      )
    : text
