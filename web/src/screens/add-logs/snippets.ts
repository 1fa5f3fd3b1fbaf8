/** What a snippet is filled with. */
export interface SnippetFacts {
  /** The server as this browser reaches it. */
  readonly url: string
  /** A token with the role `ingest`. */
  readonly token: string
}

export interface Snippet {
  readonly id: string
  readonly name: string
  /** Where it is put or run. */
  readonly where: string
  readonly text: (facts: SnippetFacts) => string
}

const environment = ({ url, token }: SnippetFacts): string =>
  `export VEDETTE_URL='${url}'\nexport VEDETTE_TOKEN='${token}'`

/** Ways to send logs, each of which works as it stands; the tests send with them. */
export const snippets: readonly Snippet[] = [
  {
    id: 'file',
    name: 'A file',
    where:
      'In a clone of Vedette on the machine that has the file. Reads .gz and .zst files, and folders with all their files.',
    text: (facts) => `${environment(facts)}\n./vedette ingest /var/log/auth.log`,
  },
  {
    id: 'journald',
    name: 'journald',
    where: 'In a clone of Vedette on the machine. Sends new entries until you stop it.',
    text: (facts) =>
      `${environment(facts)}\njournalctl -o json --since -7d -f | ./vedette ingest - --source "$(hostname)"`,
  },
  {
    id: 'follow',
    name: 'Files as they grow',
    where: 'In vedette.yaml on the machine that Vedette runs on. Rotation and restarts lose nothing.',
    text: () => `sources:
  - name: logs
    type: file
    paths: [/var/log]
    each_file: true`,
  },
  {
    id: 'curl',
    name: 'curl',
    where: 'Anywhere. Plain lines, JSON lines, a JSON array or one JSON object; gzip and zstd are understood.',
    text: ({ url, token }) => `curl '${url}/api/v1/events?source=web-01' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: text/plain' \\
  --data-binary @/var/log/auth.log`,
  },
  {
    id: 'docker',
    name: 'A container',
    where: 'In a clone of Vedette on the machine that runs the container. Sends new lines until you stop it.',
    text: (facts) => `${environment(facts)}\ndocker logs -f --timestamps shop 2>&1 | ./vedette ingest - --source shop`,
  },
  {
    id: 'vector',
    name: 'Vector',
    where: 'In vector.yaml. Put the names of your sources in place of `in`.',
    text: ({ url, token }) => `sinks:
  vedette:
    type: http
    inputs: [in]
    uri: '${url}/api/v1/events?source=vector'
    auth:
      strategy: bearer
      token: '${token}'
    encoding:
      codec: json
    framing:
      method: newline_delimited
    compression: gzip`,
  },
  {
    id: 'fluent-bit',
    name: 'Fluent Bit',
    where: 'In fluent-bit.conf.',
    text: ({ url, token }) => {
      const { hostname, port, protocol } = new URL(url)
      const tls = protocol === 'https:'
      return `[OUTPUT]
    Name        http
    Match       *
    Host        ${hostname}
    Port        ${port || (tls ? '443' : '80')}
    URI         /api/v1/events?source=fluent-bit
    Format      json_lines
    Header      Authorization Bearer ${token}
    compress    gzip
    tls         ${tls ? 'On' : 'Off'}`
    },
  },
  {
    id: 'program',
    name: 'A program',
    where: 'In what writes the logs; here JavaScript. Many records in one request are better than many requests.',
    text: ({ url, token }) => `await fetch('${url}/api/v1/events?source=shop', {
  method: 'POST',
  headers: { authorization: 'Bearer ${token}', 'content-type': 'application/json' },
  body: JSON.stringify({ logs: [{ time: new Date(), level: 'error', message: 'payment failed', user: 'dana' }] }),
})`,
  },
]
