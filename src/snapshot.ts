import { statSync } from 'node:fs'
import files from 'node:fs/promises'
import { Readable } from 'node:stream'
import { startupSnapshot } from 'node:v8'
import './cli/analyze/analyze.ts'
import './cli/events/normalize.ts'
import { runCli } from './cli/run.ts'
import './cli/start.ts'
import './cli/templates/templates.ts'

// The program for `node --build-snapshot`, which keeps the heap of V8 in a file. Commands that need no server start from it
// (scripts/bootstrap/snapshot.cjs): to load the modules, read the rules and prepare them takes most of the time of a short one.

/** Lines of common formats, which lead through parsers, rules, detectors and the report. */
const lines = [
  ...Array.from(
    { length: 8 },
    (_, i) => `Jan 10 02:00:0${i} web sshd[${i + 40}]: Failed password for root from 192.0.2.7 port ${5000 + i} ssh2`,
  ),
  'Jan 10 02:00:09 web sshd[49]: Accepted password for root from 192.0.2.7 port 5009 ssh2',
  'Jan 10 02:01:00 web sudo: ada : TTY=pts/0 ; PWD=/home/ada ; USER=root ; COMMAND=/usr/bin/id',
  'Jan 10 02:01:05 web kernel: [12.345678] eth0: link up',
  'Jan 10 02:02:00 web CRON[812]: (root) CMD (test -x /usr/sbin/anacron)',
  '192.0.2.9 - - [10/Jan/2026:02:03:00 +0000] "GET /index.php?id=1 HTTP/1.1" 404 153 "-" "curl/8.0"',
  '2026-01-10T02:04:00.000Z ERROR [main] com.example.Orders - Order 17 failed: timeout after 3000 ms',
  '2026-01-10 02:05:00,123 INFO 412 --- accepted order 18',
  '{"time":"2026-01-10T02:06:00Z","level":"warn","msg":"slow query","user":"ada","ip":"192.0.2.9","duration_ms":812}',
  '{"@timestamp":"2026-01-10T02:07:00Z","winlog":{"event_id":4625,"channel":"Security","event_data":{"TargetUserName":"ada","IpAddress":"192.0.2.9"}},"host":{"name":"pc-1"}}',
  'time=2026-01-10T02:08:00Z level=info msg="request done" status=200 path=/health duration=3ms',
]

const analyzeLines = async (): Promise<void> => {
  const { stat } = files
  // The asynchronous one ends Node 26 with a segmentation fault while it builds a snapshot.
  Object.assign(files, { stat: async (path: string) => statSync(path) })
  const said: string[] = []
  const output = { write: (text: string) => void said.push(text), isTty: false, columns: 100 }
  const code = await runCli({
    argv: ['analyze', '-'],
    env: {},
    cwd: '/',
    stdin: Readable.from([Buffer.from(lines.join('\n'))]),
    out: output,
    err: output,
    fetch,
    now: Date.now,
    signal: new AbortController().signal,
    onHangup: () => {},
    version: '',
  })
  Object.assign(files, { stat })
  if (code !== 0) throw new Error(`The lines of the snapshot were not analysed: ${said.join('')}`)
}

startupSnapshot.setDeserializeMainFunction(() => void import('./main.ts'))
void analyzeLines()
