import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { deepRun, runs } from '../../../test/depth.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import { StateError } from '../bytes/codec.ts'
import { createDrain } from './drain.ts'

/** Realistic lines: words from a small stock, values, irregular white space. */
const word = fc.oneof(
  fc.constantFrom(
    'session',
    'files',
    'file',
    '[7',
    '7]',
    '(7 KB)',
    'bytes',
    '{"a": 1}',
    'opened',
    'closed',
    'for',
    'user',
    'from',
    'error:',
    'Connection',
    'reset',
    '(peer)',
    'k=v',
    '<*>',
    '"a b"',
  ),
  fc.ipV4(),
  fc.integer().map(String),
  fc.uuid(),
  fc.string({ unit: anyCharacter, maxLength: 12 }),
)
/** One word varies, so that templates are made one of another. */
const varying = fc
  .tuple(fc.constantFrom('red', 'green', 'blue', 'white', 'black', 'grey', 'diskFull', 'netDown', 'cpuHot'), fc.nat(3))
  .map(([colour, place]) => `the lamp number ${place} ${place > 1 ? colour : 'turns'} into ${colour} at last`)
const line = fc.oneof(
  varying,
  fc.array(word, { maxLength: 14 }).map((words) => words.join(' ')),
)
const lines = fc.array(fc.oneof(line, fc.string({ unit: anyCharacter, maxLength: 80 })), {
  minLength: 1,
  maxLength: 60,
})

/** Whether the text of a template covers a line: white space matches one blank, a wildcard anything, a plural its singular. */
const covers = (template: string, line: string): boolean => {
  const text = singular(line)
  const blanks = new RegExp(`[${String.fromCharCode(0)}-${String.fromCharCode(32)}]+`, 'g')
  const pattern = singular(template)
    .split('<*>')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pattern.join('[\\s\\S]*')}$`).test(text.replace(blanks, ' ').replace(/^ | $/g, ''))
}

/** Removes plural endings roughly, in both texts alike. */
const singular = (text: string): string => text.replaceAll(/(?:ies|y|es|s)(?![a-z])/g, '')

describe('templates', () => {
  it('widens where lines differ, keeps the id, and hands out a new object', () => {
    const drain = createDrain()
    const first = drain.learn('Failed password for root from 10.0.0.1 port 22')
    const second = drain.learn('Failed password for admin from 10.0.0.9 port 4711')
    expect(first.text).toBe('Failed password for root from <*> port <*>')
    expect(second.text).toBe('Failed password for <*> from <*> port <*>')
    expect(second.id).toBe(first.id)
    expect(drain.parameters(second, 'Failed password for eve from ::1 port 1')).toEqual([
      { value: 'eve', start: 20, type: 'user' },
      { value: '::1', start: 29, type: 'address' },
      { value: '1', start: 38, type: 'number' },
    ])
    expect(drain.parameters(second, 'Failed password for eve')).toEqual([])
    expect(drain.learn('Failed password for bob from 10.0.0.9 port 1')).toBe(second)
  })

  it.each([
    [
      'PacketResponder 1 for block blk_-6952295868487656571 terminating',
      'PacketResponder <*> for block <*> terminating',
    ],
    [
      'authentication failure; uid=0 ruser= rhost=a.b user=root',
      'authentication failure; uid=<*> ruser= rhost=<*> user=<*>',
    ],
    ['task 550e8400-e29b-41d4-a716-446655440000 took 1,234.5ms.', 'task <*> took <*>.'],
    ['open /etc/httpd/conf/workers2.properties: denied', 'open <*>: denied'],
    ['from 10.0.0.1:5000, to [fe80::1]:80', 'from <*>, to [<*>]:<*>'],
    ["removing device node 'ttyS0'", "removing device node '<*>'"],
    ["can't open it", "can't open it"],
    ['logged in at Sun Jul 10 03:55:15 2005', 'logged in at <*>'],
    ['May I ask on Mon', 'May I ask on Mon'],
    ['size 2.3 KB, free 5 B', 'size <*>, free <*>'],
    ['took 3 seconds to send 1190 bytes (1.16 KB)', 'took <*> to send <*>'],
    ['{"id":7,"of":"x"}', '{"id":<*>,"of":"<*>"}'],
    ['order {"id":7,"of":"x"} placed', 'order <*> placed'],
    ['stack @0x7fed806eb5d @0x7fef9fb9b6d @0x7fef9f8358f', 'stack <*>'],
    ['C:\\Windows\\cbscore.dll loaded', '<*> loaded'],
    ["Access denied for user 'root'@'localhost'", "Access denied for user '<*>'@'<*>'"],
    ['no relation "public"."orders" found', 'no relation "<*>"."<*>" found'],
    ['Table `shop`.`orders` is full', 'Table `<*>`.`<*>` is full'],
    ['Feature flag `quorum_queue`: mark as enabled', 'Feature flag `<*>`: mark as enabled'],
    ["unrecognized option `-x'", "unrecognized option `-x'"],
    ['', ''],
  ])('masks %j', (text, template) => {
    expect(createDrain().learn(text).text).toBe(template)
  })

  it('finds out which words are values when there are many of them, and says what became of an id', () => {
    const drain = createDrain()
    const colours = ['red', 'green', 'blue', 'white', 'black']
    const ids = colours.map((colour) => drain.learn(`the lamp turns ${colour} in the hall`).id)
    expect(new Set(ids.slice(0, 4)).size).toBe(4)
    expect(drain.size).toBe(1)
    expect(drain.templates()).toEqual([{ id: ids[0], text: 'the lamp turns <*> in the hall', count: 5 }])
    for (const id of ids) expect(drain.current(id)?.id).toBe(ids[0])
    expect(drain.current('nothing')).toBeUndefined()
    const restored = createDrain()
    restored.restore(drain.save())
    for (const id of ids) expect(restored.current(id)?.id).toBe(ids[0])
  })

  it('makes one template of lines with several words that vary, though few of them differ in one only', () => {
    const drain = createDrain()
    const users = [
      'alice',
      'bob',
      'carla',
      'dmitri',
      'elena',
      'farid',
      'greta',
      'hiro',
      'ines',
      'jonas',
      'kofi',
      'lena',
    ]
    const clients = ['billing', 'search', 'catalog', 'ledger', 'inbox', 'reports', 'archive']
    for (let at = 0; at < 40; at++)
      drain.learn(`${users[(at * 5) % 12]} logged in from 10.0.0.7 using ${clients[(at * 3) % 7]}`)
    expect(drain.templates()).toMatchObject([{ text: '<*> logged in from <*> using <*>', count: 40 }])
  })

  it('does not take a pair of words for values because values follow them', () => {
    const drain = createDrain()
    const names = ['billing', 'search', 'catalog', 'ledger', 'inbox', 'reports', 'archive']
    for (const name of names) {
      drain.learn(`cache hit in ${name} of the page`)
      drain.learn(`cache miss in ${name} of the page`)
    }
    expect(drain.templates().map(({ text }) => text)).toEqual([
      'cache hit in <*> of the page',
      'cache miss in <*> of the page',
    ])
  })

  it('counts what varies in one of two templates as no constant word', () => {
    const drain = createDrain()
    const packages = ['libc', 'perl', 'dash', 'grep', 'tar', 'sed']
    const states = [
      'unpacked',
      'half-configured',
      'installed',
      'half-installed',
      'triggers-pending',
      'triggers-awaited',
    ]
    for (const state of states) for (const name of packages) drain.learn(`status ${state} ${name} 1.2`)
    expect(drain.templates().map(({ text }) => text)).toEqual(states.map((state) => `status ${state} <*> <*>`))
  })

  it('takes keys for values when there are twice as many of them', () => {
    const drain = createDrain()
    const keys = ['disk', 'mail', 'queue', 'store', 'backup', 'proxy', 'cron', 'audit', 'search', 'billing']
    for (const key of keys) drain.learn(`taint ${key}=cold added to the node`)
    expect(drain.templates()).toMatchObject([{ text: 'taint <*> added to the node', count: 10 }])
  })

  it('takes what follows a quoted path for words', () => {
    const { text } = createDrain().learn('could not extend file "base/16385/16461": No space left on device')
    expect(text).toContain('No space left on device')
  })

  it('takes a word for a value that looks like a verb, where others are known to be values', () => {
    const drain = createDrain()
    const names = ['billing', 'web', 'shared', 'audit', 'search', 'mail', 'api']
    for (const name of names) drain.learn(`Created container ${name} on a node`)
    expect(drain.templates()).toMatchObject([{ text: 'Created container <*> on a node', count: 7 }])
    drain.learn('Created container failed on a node')
    const others = ['started', 'stopping', 'killed', 'restarting', 'paused', 'running']
    for (const other of others) drain.learn(`the container is ${other} now`)
    expect(drain.size).toBe(1 + others.length)
  })

  it('takes words that look like names of events for values when there are twice as many of them', () => {
    const drain = createDrain()
    const names = ['disk', 'mail', 'queue', 'store', 'backup', 'proxy', 'cron', 'audit', 'search', 'billing']
    const learn = (name: string): unknown => drain.learn(`over the limit for ${name}: 3 of 2`)
    for (const name of names.slice(0, 8)) learn(name)
    expect(drain.size).toBe(8)
    for (const name of names) learn(name)
    expect(drain.templates()).toMatchObject([{ text: 'over the limit for <*> <*> of <*>' }])
    for (const outcome of [
      'failed',
      'denied',
      'accepted',
      'rejected',
      'lost',
      'found',
      'opened',
      'closed',
      'up',
      'down',
    ])
      drain.learn(`the remote end of the link is ${outcome} now`)
    expect(drain.templates().filter(({ text }) => text.includes(' up ') || text.includes(' down '))).toHaveLength(2)
  })

  it.each([
    ['fans ( 3552 3534 **** 4245 )', 'fans ( 3552 )'],
    ['sets node-1 0x1 <ok> node-2 0x2 <ok> node-3 0x3 <ok>', 'sets node-9 0x9 <ok>'],
    ['peers [10.0.0.1, 10.0.0.2, 10.0.0.3] known', 'peers [10.0.0.1] known'],
    ['from 10.0.0.1,10.0.0.2,10.0.0.3: x', 'from 10.0.0.1: x'],
    ['ids 1|2|3', 'ids 4'],
    ['mode = fast', 'mode = slow'],
    ['name=x, ws=Source{101 a.b}, uid=1', 'name=y, ws=null, uid=2'],
    ['lifetime <1 sec', 'lifetime 00:17'],
    ['sent 403 bytes, kept 1 byte', 'sent 5190 bytes (5.07 KB), kept 12,000 bytes (11.7 KB)'],
    ['free 90 MB (3%) of it', 'free 90 MB of it'],
    ['copied 1 file to it', 'copied 3 files to it'],
    ['found 1 entry.', 'found 1,200 entries.'],
    ['found 1 match, done', 'found 20 matches, done'],
    ['lost nodes [1-4 7 9-12], 3 jobs', 'lost nodes [1-2], 1 job'],
    ['flags=A tag=x', 'flags=A|B|C tag=y'],
    ['caps=read,write,exec uid=0', 'caps=read uid=1'],
    ['shown FooView{1f2e V.E... 0,0-1,1} now', 'shown BarView{3a4b I.E... 5,2-7,1} now'],
    ['with body {"a": null}', 'with body {"b": 1, "c": [2, {"d": 3}]}'],
    ['ready= false, n =  3', 'ready= true, n =  null'],
    ['class org.acme.yarn.EventType loaded', 'class java.util.List loaded'],
    ["onSleep, 'External': Yes, 'Remaining': 7", "onSleep, 'External': No, 'Remaining': 8"],
    ['session opened for user eve(uid=7) by bob(uid=0)', 'session opened for user bob(uid=0) by eve(uid=7)'],
    ['visible=true, state= STOPPED, count=2', 'visible=false, state= RESUMED, count=3'],
    ['GET /search?q=7&page=2 took 3 ms', 'GET /products took 15 ms'],
    ['from "https://a.example/b?c=d" (https://a.example/e?f=g)', 'from "https://a.example/" (https://a.example/e)'],
    ['sandbox: a.b.c(12) denies reading', 'sandbox: java(34) denies reading'],
  ])('takes %j for another %j', (one, other) => {
    const drain = createDrain()
    expect(drain.learn(one).id).toBe(drain.learn(other).id)
  })

  it.each([
    ['[instance: 1a] VM Started (Lifecycle Event)', '[instance: 2b] VM Paused (Lifecycle Event)'],
    ['10.0.0.1 "GET /a HTTP/1.1" status: 200', '10.0.0.1 "DELETE /a HTTP/1.1" status: 200'],
    ['onExtend:1514038530000 14 0 4', 'onReport:1514038530000 14 0 4'],
    ['Driver43::powerChange: System Sleep', 'Driver43::powerChange: System Wake'],
    ['instruction......0', 'interrupt......0'],
    ['user= came', 'user= went'],
    ['set a=x,b=y', 'set a=x,c=y'],
    ['compiling disk1 v2.0', 'compiling disk1'],
    ['checked 3 hosts (eve)', 'checked 3 hosts'],
    ['{"a":1} is it', '{"b":1} is it'],
    ['what happened to /x? nothing', 'what happened to /x! nothing'],
  ])('distinguishes %j from %j', (one, other) => {
    const drain = createDrain()
    expect(drain.learn(one).id).not.toBe(drain.learn(other).id)
  })

  it.each([
    ['took 120 ms and 1.5s', ['duration', 'duration']],
    ['free 2.3 KB of 17%', ['size', 'number']],
    ['sent 5190 bytes (5.07 KB) in 3 minutes', ['size', 'duration']],
    ['id 550e8400-e29b-41d4-a716-446655440000 at 0x1f and deadbeef01', ['uuid', 'hex', 'hex']],
    ['open /etc/passwd and C:\\Windows\\x.dll of http://a.b/c', ['path', 'path', 'url']],
    ['peer 10.0.0.1:80 or fe80::1 via 00:11:43:e3:ba:c3', ['address', 'address', 'address']],
    ["the 'big thing' of user=eve was true", ['quoted', 'user', 'boolean']],
    ['to 10.0.0.1, 10.0.0.2 since 12:30:01', ['list', 'time']],
    ['node-1 said x.y.z to bob@acme.org', ['text', 'text', 'mail']],
  ])('types the parameters of %j', (text, types) => {
    const drain = createDrain()
    expect(drain.parameters(drain.learn(text), text).map(({ type }) => type)).toEqual(types)
  })

  it('keeps outcomes apart, though they are one word in eight', () => {
    const drain = createDrain()
    const accepted = drain.learn('sshd said that the login was accepted for root today')
    const denied = drain.learn('sshd said that the login was denied for root today')
    expect(accepted.id).not.toBe(denied.id)
  })

  it('names the templates of another namespace differently', () => {
    const text = 'the same line'
    expect(createDrain({ namespace: 'a' }).learn(text).id).not.toBe(createDrain({ namespace: 'b' }).learn(text).id)
  })

  it('proposes what it would learn, and changes nothing by it', () => {
    const drain = createDrain()
    expect(drain.propose('user 1 in')).toEqual({ ...drain.propose('user 2 in') })
    expect(drain.match('user 1 in')).toBeUndefined()
    expect(drain.size).toBe(0)
    const proposed = drain.propose('user 3 in')
    expect(drain.learn('user 3 in')).toEqual(proposed)
  })

  it('covers what it does not look at', () => {
    const drain = createDrain()
    for (const text of ['x'.repeat(10_000), `${'ab '.repeat(2000)}end`, `${'a'.repeat(4090)} bcdefghijk lmn`]) {
      const template = drain.learn(text)
      expect(template.text.length).toBeLessThan(5000)
      expect(covers(template.text, text)).toBe(true)
    }
  })
})

describe('properties', () => {
  it('gives the same line the same id, finds what it learnt, covers it and reads its values', () => {
    fc.assert(
      fc.property(lines, (texts) => {
        const drain = createDrain()
        const ids = texts.map((text) => drain.learn(text).id)
        for (const [at, text] of texts.entries()) {
          const template = drain.match(text)
          expect(template).toBeDefined()
          expect(template).toBe(drain.current(ids[at] ?? ''))
          expect(drain.learn(text)).toBe(template)
          if (!template) continue
          expect(covers(template.text, text)).toBe(true)
          if (!text.includes('<*>')) {
            expect(drain.parameters(template, text)).toHaveLength(template.text.split('<*>').length - 1)
          }
        }
      }),
      { numRuns: runs(200), seed: 7 },
    )
  })

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const drain = createDrain({ maxTemplates: 20 })
        for (const text of before) drain.learn(text)
        const state = drain.save()
        const restored = createDrain({ maxTemplates: 20 })
        restored.learn('something else that must be gone')
        restored.restore(state)
        expect(restored.save()).toEqual(state)
        for (const text of after) expect(restored.learn(text)).toEqual(drain.learn(text))
        expect(restored.templates()).toEqual(drain.templates())
      }),
      { numRuns: runs(100), seed: 7 },
    )
  })

  it('refuses a state that is not its own', () => {
    expect(() => createDrain().restore(new Uint8Array([1, 2, 3]))).toThrow(StateError)
    const state = createDrain().save()
    state[10] = 99
    expect(() => createDrain().restore(state)).toThrow(/expected/)
  })
})

const loghub = sharedData('data/loghub')

describe('real logs', needs(loghub), () => {
  it('groups the lines of eight systems as people did, with one setting', needs(deepRun), () => {
    const systems = readdirSync(loghub.path)
    const accuracies = systems.map((system) => {
      const { lines, truth } = readLabelled(resolve(loghub.path, system, `${system}_2k.structured.csv.gz`))
      const drain = createDrain()
      const ids = lines.map((text) => drain.learn(text).id)
      return groupingAccuracy(
        truth,
        ids.map((id) => drain.current(id)?.id ?? id),
      )
    })
    const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
    expect(Math.min(...accuracies)).toBeGreaterThan(0.96)
    expect(mean).toBeGreaterThan(0.98)
  })
})

const readLabelled = (path: string): { lines: string[]; truth: string[] } => {
  const rows = readCsv(gunzipSync(readFileSync(path)).toString())
  const content = rows[0]?.indexOf('Content') ?? -1
  const template = rows[0]?.indexOf('CorrectedEventTemplate') ?? -1
  const labelled = rows.slice(1)
  return { lines: labelled.map((row) => row[content] ?? ''), truth: labelled.map((row) => row[template] ?? '') }
}

const readCsv = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        (cell) => cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '',
      ),
    )

/** The share of lines whose group is exactly a true group (Zhu et al., ICSE-SEIP 2019). */
const groupingAccuracy = (truth: readonly string[], found: readonly string[]): number => {
  const members = (names: readonly string[]): Map<string, string> => {
    const lists = new Map<string, number[]>()
    for (const [at, name] of names.entries()) lists.set(name, [...(lists.get(name) ?? []), at])
    return new Map([...lists].map(([name, list]) => [name, list.join()]))
  }
  const trueMembers = members(truth)
  const foundMembers = members(found)
  const right = truth.filter((name, at) => trueMembers.get(name) === foundMembers.get(found[at] ?? ''))
  return right.length / truth.length
}
