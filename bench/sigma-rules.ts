import { createRandom, type Random } from '../src/lib/random/random.ts'

// Realistic rules and events, generated from word lists: four of five events are process starts, the others changes
// of files and registry keys. Rules have the most common shapes of public collections, with the same share of lists, `all` and filters.
const folders = [
  'Windows\\System32',
  'Windows\\SysWOW64',
  'Program Files\\Common',
  'Users\\ana\\AppData\\Local\\Temp',
  'ProgramData',
]
const tools = [
  'powershell',
  'cmd',
  'rundll32',
  'regsvr32',
  'wmic',
  'certutil',
  'svchost',
  'explorer',
  'msiexec',
  'schtasks',
  'net',
]
const words = [
  'download',
  'invoke',
  'encoded',
  'bypass',
  'hidden',
  'registry',
  'service',
  'create',
  'delete',
  'shadow',
  'copy',
  'token',
  'dump',
  'transfer',
  'export',
  'install',
  'update',
  'policy',
  'user',
  'domain',
  'group',
  'query',
  'start',
  'stop',
  'driver',
  'image',
  'script',
]
const syllables = [
  'ba',
  'cor',
  'den',
  'fi',
  'gra',
  'hul',
  'jin',
  'kel',
  'lom',
  'mir',
  'nos',
  'pra',
  'qui',
  'ros',
  'sta',
  'tel',
  'vok',
  'zet',
]

const pick = <Value>(random: Random, from: readonly Value[]): Value => from[random.below(from.length)] as Value
const name = (random: Random): string =>
  Array.from({ length: 2 + Math.floor(random.next() * 3) }, () => pick(random, syllables)).join('')

/** Creates Sigma rules as YAML documents. Deterministic. */
export const someRules = (count: number): string[] => {
  const random = createRandom(count)
  return Array.from({ length: count }, (_, number) => {
    const id = `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
    const kind = random.next()
    const category = kind < 0.55 ? 'process_creation' : kind < 0.8 ? 'registry_set' : 'file_event'
    const field =
      category === 'process_creation' ? 'CommandLine' : category === 'registry_set' ? 'TargetObject' : 'TargetFilename'
    const texts = (most: number) =>
      Array.from(
        { length: 1 + Math.floor(random.next() * most) },
        () => `            - ' ${pick(random, words)}${pick(random, ['-', ' /', '\\'])}${name(random)}'`,
      )
    const all = random.next() < 0.25 ? '|all' : ''
    const regex =
      random.next() < 0.03 ? [`        ${field}|re: '${name(random)}[0-9]{2,8}\\s${pick(random, words)}'`] : []
    const filter = random.next() < 0.4
    return [
      `title: Rule ${number}`,
      `id: ${id}`,
      'logsource:',
      `    category: ${category}`,
      '    product: windows',
      'detection:',
      '    selection:',
      ...(random.next() < 0.6
        ? [`        Image|endswith: '\\${random.next() < 0.3 ? pick(random, tools) : name(random)}.exe'`]
        : []),
      `        ${field}|contains${all}:`,
      ...texts(6),
      ...regex,
      ...(filter ? ['    filter:', `        Image|startswith: 'C:\\${pick(random, folders)}\\${name(random)}'`] : []),
      `    condition: selection${filter ? ' and not filter' : ''}`,
      'level: medium',
      '',
    ].join('\n')
  })
}

/** Creates Windows events as JSON lines of about 1.3 kB. */
export const someWindowsEvents = (count: number): string[] => {
  const random = createRandom(7)
  const path = () => `C:\\${pick(random, folders)}\\${random.next() < 0.7 ? pick(random, tools) : name(random)}.exe`
  return Array.from({ length: count }, (_, number) => {
    const EventID = random.next() < 0.8 ? 1 : random.next() < 0.5 ? 13 : 11
    const said = Array.from(
      { length: 4 + Math.floor(random.next() * 10) },
      () => `${pick(random, words)} ${random.next() < 0.3 ? `/${name(random)}` : name(random)}`,
    ).join(' ')
    const image = path()
    const own =
      EventID === 1
        ? {
            CommandLine: `"${image}" ${said}`,
            CurrentDirectory: 'C:\\Windows\\system32\\',
            ParentImage: path(),
            ParentCommandLine: `${path()} ${pick(random, words)}`,
            OriginalFileName: image.split('\\').at(-1),
            IntegrityLevel: 'High',
            Hashes: `MD5=${'88DF27B6E794E3FD5F93F28B1CA1D3D0'},SHA256=${'F8810179AB033A9B79CD7006C1A74FBCDE6ED0451C92FBB8C7CE15B52499353A'}`,
          }
        : EventID === 13
          ? { TargetObject: `HKLM\\Software\\${name(random)}\\${said.replaceAll(' ', '\\')}`, Details: name(random) }
          : { TargetFilename: `C:\\${pick(random, folders)}\\${said.replaceAll(' ', '\\')}.tmp` }
    const System = {
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: '5770385F-C22A-43E0-BF4C-06F5698FFBD9' } },
      EventID,
      Version: 5,
      Level: 4,
      Task: EventID,
      Opcode: 0,
      Keywords: '0x8000000000000000',
      TimeCreated: { '#attributes': { SystemTime: '2026-01-05T08:00:00.000000Z' } },
      EventRecordID: number,
      Correlation: null,
      Execution: { '#attributes': { ProcessID: 3544, ThreadID: 4264 } },
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'host-01.example.com',
      Security: { '#attributes': { UserID: 'S-1-5-18' } },
    }
    const EventData = {
      RuleName: '-',
      UtcTime: '2026-01-05 08:00:00.000',
      ProcessGuid: '0197231E-8BFF-6926-1308-000000000D00',
      ProcessId: 4000 + (number % 900),
      Image: image,
      User: 'EXAMPLE\\ana',
      ...own,
    }
    return JSON.stringify({ Event: { System, EventData } })
  })
}
