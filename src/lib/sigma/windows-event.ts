import { isMap, type YamlMap } from './read/yaml-map.ts'

/**
 * The fields of a Windows event (or of one of Sysmon for Linux) under the names that rules use (`Channel`, `EventID`, `Provider_Name`,
 * `CommandLine` …), whatever shipper laid it out: winlogbeat and Elastic's agent, Wazuh, NXLog, Fluent Bit, osquery. Undefined for
 * anything else, and for `Event.System` as evtx_dump writes it, which needs no help.
 */
export const windowsFields = (event: unknown): YamlMap | undefined => {
  if (!isMap(event)) return undefined
  const fields = ofWinlog(event) ?? ofWazuh(event) ?? ofOsquery(event) ?? ofFlat(event)
  return fields && withoutForeignChannel(fields)
}

/** A channel is what makes an event one of Windows, so Sysmon for Linux has none here. */
const withoutForeignChannel = <Fields extends YamlMap>(fields: Fields): Fields | Omit<Fields, 'Channel'> => {
  if (typeof fields.Channel !== 'string' || !fields.Channel.startsWith('Linux-')) return fields
  const { Channel: _, ...others } = fields
  return { ...others, Provider_Name: 'Linux-Sysmon' }
}

/** winlogbeat: `winlog.channel`, `winlog.event_data.CommandLine`, nested or dotted. */
const ofWinlog = (event: YamlMap): YamlMap | undefined => {
  const { winlog } = event
  const part = isMap(winlog) ? winlog : below(event, 'winlog.')
  if (!part || part.channel === undefined) return undefined
  const code = isMap(event.event) ? event.event.code : event['event.code']
  return {
    Channel: part.channel,
    EventID: part.event_id ?? code,
    Provider_Name: part.provider_name,
    Computer: part.computer_name,
    Keywords: part.keywords,
    Level: part.level,
    Security_UserID: isMap(part.user) ? part.user.identifier : undefined,
    ...(isMap(part.user_data) ? part.user_data : below(part, 'user_data.')),
    ...(isMap(part.event_data) ? part.event_data : below(part, 'event_data.')),
  }
}

/** Wazuh: `data.win.system.eventID`, `data.win.eventdata.commandLine`, with a small first letter and each backslash twice. */
const ofWazuh = (event: YamlMap): YamlMap | undefined => {
  const win = isMap(event.data) && isMap(event.data.win) ? event.data.win : event.win
  if (!isMap(win) || !isMap(win.system)) return undefined
  const { system, eventdata } = win
  const data = Object.entries(isMap(eventdata) ? eventdata : {}).map(([name, value]) => [
    name.charAt(0).toUpperCase() + name.slice(1),
    typeof value === 'string' ? value.replaceAll('\\\\', '\\') : value,
  ])
  return {
    Channel: system.channel,
    EventID: system.eventID,
    Provider_Name: system.providerName,
    Computer: system.computer,
    ...Object.fromEntries(data),
  }
}

/** osquery's table windows_events: `data` is a text of JSON. */
const ofOsquery = (event: YamlMap): YamlMap | undefined => {
  const { columns } = event
  if (!isMap(columns) || columns.channel === undefined || columns.eventid === undefined) return undefined
  return {
    Channel: columns.channel,
    EventID: columns.eventid,
    Provider_Name: columns.provider_name,
    Computer: columns.computer_name,
    ...(typeof columns.data === 'string' ? readData(columns.data) : {}),
  }
}

/** NXLog and Fluent Bit: everything side by side, the provider and the computer by names of their own. */
const ofFlat = (event: YamlMap): YamlMap | undefined => {
  if (typeof event.Channel !== 'string' || event.EventID === undefined) return undefined
  return {
    ...event,
    Provider_Name: event.Provider_Name ?? event.SourceName ?? event.ProviderName,
    Computer: event.Computer ?? event.Hostname,
    ...(isMap(event.EventData) ? event.EventData : {}),
  }
}

const readData = (text: string): YamlMap => {
  try {
    const value: unknown = JSON.parse(text)
    if (!isMap(value)) return {}
    return isMap(value.EventData) ? value.EventData : isMap(value.UserData) ? value.UserData : value
  } catch {
    return {}
  }
}

/** Returns the values whose names begin with a prefix, without it. Undefined if there is none, as in most events. */
const below = (map: YamlMap, prefix: string): YamlMap | undefined => {
  const found: [string, unknown][] = []
  for (const name in map) if (name.startsWith(prefix)) found.push([name.slice(prefix.length), map[name]])
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
