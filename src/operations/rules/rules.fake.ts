import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRuleLibrary } from '../../pipeline/detect/sigma/rule-library.ts'
import { createNormalizer } from '../../pipeline/normalize/normalize.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Event } from '../../schema/event/event.ts'
import type { RecordBatch } from '../../schema/record/record.ts'
import { openStore } from '../../store/open-store.ts'
import { createReach } from './rule-reach.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'ana', role: 'admin' }

export const time = Date.UTC(2026, 0, 15, 12)

export const ids = {
  root: '11111111-0000-4000-8000-000000000001',
  guess: '11111111-0000-4000-8000-000000000002',
  windows: '11111111-0000-4000-8000-000000000003',
  many: '11111111-0000-4000-8000-000000000004',
}

/** Rules of our own for tests: two about sshd, one about Windows, and a correlation. */
export const ruleTexts = {
  root: `title: Failed password for root
id: ${ids.root}
name: root_failed
status: test
level: medium
description: Somebody tries the password of root.
author: ana
logsource: { product: linux, service: sshd }
detection:
  failure:
    message|contains: Failed password
  root:
    message|contains: for root
  ours:
    message|contains: 192.0.2.1
  condition: failure and root and not ours
tags: [attack.credential-access, attack.t1110.001]
`,
  guess: `title: Failed password
id: ${ids.guess}
status: experimental
level: low
logsource: { product: linux, service: sshd }
detection:
  keywords: [Failed password]
  condition: keywords
`,
  windows: `title: Cleared log
id: ${ids.windows}
status: stable
level: high
logsource: { product: windows, service: security }
detection:
  selection: { EventID: 1102 }
  condition: selection
`,
  many: `title: Many failed passwords
id: ${ids.many}
status: test
level: high
correlation:
  type: event_count
  rules: [root_failed]
  timespan: 10m
  condition: { gte: 4 }
`,
}

const taxonomy = `name: linux
kinds:
  - name: OpenSSH server
    when: { process.name: sshd }
    logsources: [{ product: linux, service: sshd }]
`

const line = (at: number, text: string): string => `<38>1 ${new Date(at).toISOString()} web-01 sshd 42 - - ${text}`

/** Events as a source would have sent them: a failed password a minute, of root or of others in turn, oldest first. */
export const events = (count: number, end = time): readonly Event[] =>
  createNormalizer().normalize({
    partition: 0,
    first: 0,
    source: 'auth',
    receivedAt: end,
    texts: Array.from({ length: count }, (_, i) =>
      line(
        end - (count - i) * 60_000,
        i % 3 === 0
          ? 'Failed password for root from 203.0.113.9 port 22 ssh2'
          : `Failed password for u${i} from 203.0.113.9`,
      ),
    ),
  })

/** A world with a store, rules in files, and events of the last hours. */
export const openRuleDeps = async (count = 90) => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'))
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  for (const [name, text] of Object.entries(ruleTexts)) write(`ours/${name}.yml`, text)
  write('taxonomy.yml', taxonomy)
  const store = await openStore('sqlite::memory:', { now: () => time, log: quiet })
  const kept = events(count)
  await store.transaction(async (tx) => {
    await store.events.save(kept, tx)
    const row = { format: 'syslog', parsed: true, count, sample: '', last_seen_at: time }
    await store.parseHealth.add(
      [
        { ...row, source: 'auth' },
        { ...row, source: 'silent' },
      ],
      tx,
    )
  })
  const imports = join(folder, 'imports')
  const rules = createRuleLibrary({
    folders: async () => [
      ...(await readdir(imports).catch(() => []))
        .filter((name) => !name.startsWith('.'))
        .map((name) => ({ name, path: join(imports, name) })),
      { name: 'ours', path: join(folder, 'ours') },
    ],
    taxonomies: [{ name: 'taxonomy.yml', path: join(folder, 'taxonomy.yml') }],
    placeholders: new Map(),
    minStatus: 'experimental',
    settings: store.ruleSettings.list,
    log: quiet,
  })
  await rules.refresh()
  const deps = {
    store,
    rules,
    rulesFolder: imports,
    reach: createReach({ store, book: rules.book, now: () => time }),
    normalize: async (batch: RecordBatch) => createNormalizer().normalize(batch),
    now: () => time,
    actor,
  }
  return {
    deps,
    folder,
    write,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
