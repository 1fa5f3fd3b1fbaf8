/** The values inserted into a snippet. */
export interface SnippetValues {
  /** The URL of the server, as seen by the browser. */
  readonly url: string
  /** A token with the role `ingest`. */
  readonly token: string
}

interface Snippet {
  readonly id: string
  readonly name: string
  /** Where to put or run the snippet. */
  readonly where: string
  readonly text: (values: SnippetValues) => string
}

const environment = ({ url, token }: SnippetValues): string =>
  `export VEDETTE_URL='${url}'\nexport VEDETTE_TOKEN='${token}'`

/** Working snippets for log shippers. The browser tests run them. */
export const snippets: readonly Snippet[] = [
  {
    id: 'file',
    name: 'File',
    where:
      'Run in a clone of Vedette on the machine with the file. Also reads compressed files, archives and directories.',
    text: (values) => `${environment(values)}\n./vedette ingest /var/log/auth.log`,
  },
  {
    id: 'journald',
    name: 'journald',
    where: 'Run in a clone of Vedette on the machine with the journal. Sends new entries until you stop it.',
    text: (values) =>
      `${environment(values)}\njournalctl -o json --since -7d -f | ./vedette ingest - --source "$(hostname)"`,
  },
  {
    id: 'follow',
    name: 'Follow files',
    where: 'Add to vedette.yaml on the machine that runs Vedette. Handles log rotation and restarts.',
    text: () => `sources:
  - name: logs
    type: file
    paths: [/var/log]
    each_file: true`,
  },
  {
    id: 'curl',
    name: 'curl',
    where:
      'Run anywhere. Accepts plain text, JSON Lines, a JSON array or a JSON object, also compressed with gzip or zstd.',
    text: ({ url, token }) => `curl '${url}/api/v1/events?source=web-01' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: text/plain' \\
  --data-binary @/var/log/auth.log`,
  },
  {
    id: 'docker',
    name: 'Container',
    where: 'Run in a clone of Vedette on the machine with the container. Sends new lines until you stop it.',
    text: (values) =>
      `${environment(values)}\ndocker logs -f --timestamps shop 2>&1 | ./vedette ingest - --source shop`,
  },
  {
    id: 'vector',
    name: 'Vector',
    where: 'Add to vector.yaml. Replace “in” with the names of your sources.',
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
    where: 'Add to fluent-bit.conf.',
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
    name: 'Application',
    where: 'Call from your application, here in JavaScript. Send many records per request.',
    text: ({ url, token }) => `await fetch('${url}/api/v1/events?source=shop', {
  method: 'POST',
  headers: { authorization: 'Bearer ${token}', 'content-type': 'application/json' },
  body: JSON.stringify({ logs: [{ time: new Date(), level: 'error', message: 'payment failed', user: 'dana' }] }),
})`,
  },
]
