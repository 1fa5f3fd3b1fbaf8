import type { BlockShape } from './block-shape.ts'

/** The line before a section: `--7f1c22aa-A--` in version 2, `---aB3dE6gH---A--` in version 3. The word in it differs for each transaction. */
const section = /^(-{2,3}([\dA-Za-z]{8})-{1,3})([A-Z])--$/
const opening = /^\[([^\]]{20,40})\] (\S{1,64}) (\S{1,64}) (\d{1,5}) (\S{1,64}) (\d{1,5})$/

/** Whether a line may begin a transaction in the audit log of ModSecurity. */
export const mayBeginAuditBlock = (line: string): boolean => section.exec(line)?.[3] === 'A'

/** Returns the letter of the section that a line begins. Bodies of clients cannot know the word, so they begin none. */
const letterOf = (line: string, first: string): string | undefined => {
  const [, lead, , letter] = section.exec(line) ?? []
  return lead !== undefined && first.startsWith(lead) ? letter : undefined
}

const longestBody = 2_000

/** A transaction in the audit log of ModSecurity in its native format, which becomes the one that `SecAuditLogFormat JSON` writes. */
export const auditBlock: BlockShape = {
  begins: (line, next) => mayBeginAuditBlock(line) && opening.test(next),
  ends: (line, first) => letterOf(line, first) === 'Z',
  // Pages that were sent may be larger than all else, and say nothing about the request.
  leavesOut(line, first, isIn) {
    const letter = letterOf(line, first)
    return letter === undefined ? isIn : letter === 'E'
  },
  read(lines) {
    const sections = sectionsOf(lines)
    const [, time, id, client, clientPort, server, serverPort] = opening.exec(sections.get('A')?.[0] ?? '') ?? []
    if (time === undefined) return undefined
    const [requestLine = '', ...requestHeaders] = sections.get('B') ?? []
    const [statusLine = '', ...responseHeaders] = sections.get('F') ?? []
    const [, protocol, status] = /^(HTTP\/[\d.]{1,3}) (\d{3})/.exec(statusLine) ?? []
    const body = (sections.get('C') ?? []).join('\n').trim()
    const notes = sections.get('H') ?? []
    const messages = notes.flatMap((line) => /^(?:Message|ModSecurity): ([\s\S]+)$/.exec(line)?.[1] ?? [])
    return {
      transaction: {
        time,
        transaction_id: id,
        remote_address: client,
        remote_port: Number(clientPort),
        local_address: server,
        local_port: Number(serverPort),
      },
      request: {
        request_line: requestLine,
        headers: headersOf(requestHeaders),
        ...(body !== '' && { body: [body.slice(0, longestBody)] }),
      },
      ...(status !== undefined && {
        response: { protocol, status: Number(status), headers: headersOf(responseHeaders) },
      }),
      audit_data: {
        messages,
        ...(notes.some((line) => line.startsWith('Action: Intercepted')) && { action: { intercepted: true } }),
      },
    }
  },
}

const sectionsOf = (lines: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const [first = ''] = lines
  const sections = new Map<string, string[]>()
  let current: string[] = []
  for (const line of lines) {
    const letter = letterOf(line, first)
    if (letter === undefined) current.push(line)
    else {
      current = []
      sections.set(letter, current)
    }
  }
  return sections
}

const headersOf = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]{1,100}): ?([\s\S]*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
