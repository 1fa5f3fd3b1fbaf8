import { createRandom, type Random } from '../src/lib/random/random.ts'

/** Lines of one kind of log, each with the name of the template that a person would give it. */
export interface GeneratedLog {
  readonly family: string
  readonly lines: readonly string[]
  readonly truth: readonly string[]
}

type Draw = Pick<Random, 'below'>
type Slot = (draw: Draw) => string

const word = (list: string): Slot => {
  const words = list.split(' ')
  return ({ below }) => words[below(words.length)] ?? ''
}
const digits = (least: number, most: number): Slot => {
  return ({ below }) => String(10 ** (least - 1) + below(10 ** most - 10 ** (least - 1)))
}
const hex = (length: number): Slot => {
  return ({ below }) => Array.from({ length }, () => below(16).toString(16)).join('')
}
/** A text with slots in braces. */
const text = (pattern: string): Slot => {
  const parts = pattern.split(/\{(\w+)\}/)
  return (draw) => parts.map((part, at) => (at % 2 === 0 ? part : slots[part]?.(draw))).join('')
}
const maybe = (pattern: string): Slot => {
  const slot = text(pattern)
  return (draw) => (draw.below(2) === 0 ? '' : slot(draw))
}
const either = (...patterns: readonly string[]): Slot => {
  const choices = patterns.map(text)
  return (draw) => choices[draw.below(choices.length)]?.(draw) ?? ''
}
const several = (pattern: string, separator: string, most: number): Slot => {
  const slot = text(pattern)
  return (draw) => Array.from({ length: 1 + draw.below(most) }, () => slot(draw)).join(separator)
}
const kilo = (bytes: number): string =>
  bytes < 1024 ? '' : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(2)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`
const amount = ({ below }: Draw): number => 10 ** below(7) + below(9_000)
const counted = (one: string, many: string): Slot => {
  return ({ below }) => {
    const count = below(3) === 0 ? 1 : below(40)
    return `${count} ${count === 1 ? one : many}`
  }
}

const people =
  'alice bob carla dmitri elena farid greta hiro ines jonas kofi lena marek nadia oscar priya quentin rosa sven tomas uma viktor wanda ximena yusuf zoe root admin guest backup deploy www-data postgres'
const nouns =
  'billing search catalog ledger inbox reports archive gateway mailer sessions audit metrics crawler thumbs invoices coupons orders stock devices alarms'
const places = 'kitchen hallway cellar garage attic office bedroom balcony porch studio'

const chatter =
  'please again still this page very late customer asked call back later wrong picture spam links rude language twice see rules moved duplicate thanks ok about shoes price old shelf agreed with author never answered phone needs second look'

/** The values of a placeholder. */
const slots: Record<string, Slot> = {
  chat: word(chatter),
  remark: several('{chat}', ' ', 9),
  cause: either(
    'connection reset by peer',
    'no space left on {path}',
    'timed out after {seconds}',
    '{chat} {chat} returned {n}',
    'unexpected {chat} near {chat} {chat} at {n}',
    'could not read {file}: {chat} {chat}',
    '{several} are locked',
    '{several} and {chat} differ',
  ),
  several: several('{chat}', ' ', 5),
  n: digits(1, 3),
  big: digits(4, 9),
  small: digits(1, 1),
  port: digits(4, 4),
  pid: digits(3, 5),
  real: text('{n}.{small}'),
  fraction: text('0.{n}'),
  percent: text('{n}%'),
  hex4: hex(4),
  hex8: hex(8),
  hex12: hex(12),
  address: text('0x{hex12}'),
  sha: hex(40),
  uuid: text('{hex8}-{hex4}-{hex4}-{hex4}-{hex12}'),
  ip: ({ below }) => `${10 + below(200)}.${below(256)}.${below(256)}.${1 + below(254)}`,
  ip6: text('fe80::{hex4}:{hex4}'),
  mac: ({ below }) => Array.from({ length: 6 }, () => (16 + below(240)).toString(16)).join(':'),
  user: word(people),
  thing: word(nouns),
  place: word(places),
  domain: either('{thing}.example.com', '{thing}.corp.test', 'www.{thing}.org', '{thing}-{small}.cdn.example.net'),
  bare: either('{thing}', '{thing}{small}', '{thing}-{place}'),
  path: either(
    '/var/{thing}/{place}.db',
    '/srv/{thing}/{n}/{place}',
    '/home/{user}/.{thing}',
    '/opt/{thing}/bin/{place}',
  ),
  file: either('{thing}.tar.gz', '{place}_{n}.csv', '{thing}.cfg', '{thing}-{place}.json'),
  url: either('https://{domain}/{thing}/{n}', 'http://{domain}/', 'https://{domain}/{thing}?id={n}&sort={place}'),
  route: either('/api/v{small}/{thing}', '/api/v{small}/{thing}/{n}', '/{thing}/{uuid}', '/health'),
  clock: ({ below }) => (below(3) === 0 ? '<1 sec' : `${10 + below(50)}:${10 + below(50)}`),
  time: ({ below }) => `${10 + below(14)}:${10 + below(50)}:${10 + below(50)}`,
  stamp: text('2031-04-{day}T{time}Z'),
  day: ({ below }) => String(10 + below(20)),
  bytes: (draw) => {
    const count = amount(draw)
    return kilo(count) === '' ? `${count} bytes` : `${count} bytes (${kilo(count)})`
  },
  human: (draw) => kilo(amount(draw) + 1024),
  truth: word('true false'),
  yes: word('yes no'),
  nothing: either('null', '{thing}', '{n}'),
  mail: text('{user}@{domain}'),
  iface: either('eth{small}', 'wlan{small}', 'bond{small}', 'enp{small}s{small}'),
  version: text('{small}.{n}.{small}'),
  class: either('com.acme.{thing}.{Thing}Handler', 'org.widget.{Thing}Impl', 'net.{thing}.core.{Thing}Factory'),
  Thing: (draw) => (slots.thing?.(draw) ?? '').replace(/^./, (first) => first.toUpperCase()),
  object: text('{class}@{hex8}'),
  package: either('lib{thing}{small}', '{thing}-tools', 'python3-{thing}', '{thing}'),
  files: counted('file', 'files'),
  seconds: counted('second', 'seconds'),
  attempts: counted('attempt', 'attempts'),
  days: counted('day', 'days'),
  ips: several('{ip}', ', ', 5),
  numbers: several('{n}', ' ', 8),
  pairs: several('{thing}={n}', ' ', 5),
  hexes: several('{address}', ' ', 6),
  nodes: several('{bare}', ',', 4),
  ranges: several('{n}-{n}', ' ', 5),
  source: either('null', 'Source{{n} com.{thing}.{place}}', 'Source{{n}}'),
  view: text('{Thing}View{{hex8} V.E...C.. {n},{n}-{n},{n}}'),
  flags: several('FLAG_{Thing}', '|', 3),
  json: either('{"id":{n},"name":"{user}"}', '{"id":{n},"name":"{user}","tags":["{thing}","{place}"]}', '{}'),
  request: several('"{thing}": {nothing}', ', ', 4),
  title: either('{Thing} of the {place}', 'the {thing} and {user}', '{Thing}', '{Thing} {n}: {place} edition'),
  sql: either(
    'SELECT * FROM {thing} WHERE id = {n}',
    'UPDATE {thing} SET {place} = {n} WHERE {thing} IS NULL',
    'COMMIT',
    'BEGIN',
  ),
  hostless: maybe(' ({bare})'),
  stage: word('NEW QUEUED ASSIGNED RUNNING COMMITTING DONE KILLED'),
  fan: word('nominal slow stalled absent'),
  colour: word('red green blue white warm_white amber violet'),
  verb: word('GET POST PUT DELETE PATCH'),
  chip: word('wl0 bt1 gpu0 nvme2'),
  zone: either('rack{n}/{small}', '{thing}/{place}', 'zone-{small}'),
  item: either('iron sword', 'bow', 'loaf of bread', 'torch', 'golden apple'),
  reply: either(
    '250 2.0.0 Ok: queued as {hex8}',
    '250 ok',
    '451 4.7.1 Greylisted for five minutes',
    '250 Message accepted for delivery',
  ),
}

const verbs = 'loaded started opened mapped registered resolved flushed created checked scheduled'.split(' ')
const objects = 'cache pool index schema listener registry plan codec store'.split(' ')
const rests = [
  '',
  ' in {n} ms',
  ' with {n} entries',
  ' for {thing}',
  ' from {path} after restart',
  ' on port {port}',
  ' again and ready',
]
/** A message of a program, of the many that one part of it has. */
const event = (number: number): string =>
  `${objects[number % objects.length]} ${verbs[number % verbs.length]}${rests[number % rests.length]}`

/** One template a line. */
const families: Record<string, string> = {
  proxy: `
{domain}:{port} close, {bytes} sent, {bytes} received, lifetime {clock}
{domain}:{port} open through relay {domain}:{port} SECURE
{domain}:{port} open through relay {domain}:{port} PLAIN
{domain}:{port} error : cannot connect through relay {domain}:{port} - the relay closed the connection
{domain}:{port} error : cannot connect through relay {domain}:{port} - no answer from the target, code {n}
{domain}:{port} error : cannot resolve {domain} error {n}
{bare}:{port} refused by rule {small}
{ip}:{port} open directly
profile {thing} loaded, {n} rules`,
  phone: `
grant wake token={address} flags={flags} tag="{thing} lock" package=com.{thing}.{place} ws={source} uid={big} pid={pid}
release wake token={address} flags={flags} tag="{thing} lock" package=com.{thing}.{place} held={n}ms
view {view} visible old={truth} new={truth}
setProgress(max={n}, now={n}, indeterminate={truth}) key=0|com.{thing}.{place}|{n}|null|{big}
skip notification for {user}, ranking={n} importance=null
onSignal rssi={n} level={small} source={source}
battery changed pluggedIn={truth} health={small} level={n} temp={n}
battery changed to saver
binding service Intent { act=com.{thing}.SYNC cmp=com.{thing}.{place}/.{Thing}Service } for uid {big}
unbinding service com.{thing}.{place}/.{Thing}Service
screen turned on reason={small}
screen turned off reason={small}
animate from={n} to={n} duration={n}
finish transition {hex8} aborted={truth} changes=[{request}]
key code={n} action={small} down={truth}
no focus for display {small}`,
  nodes: `
{bare} link error on broadcast tree {small}, state {n}
{bare} clock synchronized to {ip}, stratum {small}
running on nodes [{ranges}] for user {user}
nodes unreachable: [{ranges}]
fan speeds ( {numbers} ) rpm on {zone}
fan {small} {fan} on {zone}
temperature {real} above {real} on {zone}
ambient reading {n}
power supply {small} failed on {zone}
power supply {small} restored on {zone}
job {n} of {user} ended with status {n} after {time}
job {n} of {user} held with reason {n} after {time}
scheduler cycle took {real} s, {n} jobs waiting
{zone} heartbeat lost
{zone} heartbeat regained
parity fault at {address} row {n} column {n} corrected
parity fault at {address} row {n} column {n} uncorrectable
boot (cmd {n}) targeting domains:{nodes}
halt (cmd {n}) targeting domains:{nodes}`,
  desktop: `
{chip}: scan finished, {n} channels, best rssi -{n}
{chip}: wake reason 0x{hex8} at {real}
{chip}: firmware reset requested by {thing}
[{Thing}Store fetch:]: no record for {uuid}
[{Thing}Store save:]: wrote {bytes} to {path}
sandbox: {thing}({pid}) blocked reading {path}
sandbox: {thing}({pid}) blocked sending to {domain}
request failed: Error Domain=Net Code=-{n} "The host could not be found." UserInfo={Host={domain}, Port={port}, Trace={{n}, {n}}}
request failed: Error Domain=Net Code=-{n} "The time limit was reached." UserInfo={Host={domain}}
window {n} moved from {{n}, {n}} to {{n}, {n}}
display {address} brightness {fraction} to {fraction}
assertion '{thing} != nil' failed in {Thing}.m line {n}
could not find image named "{title}"
ignored a second activation of {thing}
session {uuid} of {user} locked
session {uuid} of {user} unlocked
throttling {thing}[{pid}] for {seconds}
deferring maintenance for {seconds}
sleep: {time} on battery {percent}`,
  batch: `
task_{big}_{n} moved from {stage} to {stage}
progress of task_{big}_{n} is {fraction}
container container_{big}_{n}_{n} started on {domain}:{port}
container container_{big}_{n}_{n} released, exit {n}
registering class {class} for {class}
registering class {class} for class {class}
scheduler queue {thing} at {percent} with {n} waiting
threshold for merge not met, finished {n}
threshold for merge reached, finished {n}
shuffle of {n} from {bare} failed, retrying in {seconds}
shuffle of {n} from {bare} done in {n}ms
address change, old: {bare}/{ip}:{port} new: {bare}/{ip}:{port}
retried connecting to {bare}/{ip}:{port}, tried {n} time(s)
failed to renew lease for [{Thing}_{big}_{n}] for {seconds}, will retry
host {domain} is blacklisted for job_{big}
committing output of task_{big}_{n} as {user}
reducer limit: {n}
mapper limit: {n}
jar {file} is used as {path}`,
  control: `
[vm: {uuid}] {thing} attached in {real} seconds
[vm: {uuid}] spawned in {real} seconds on {bare}
[vm: {uuid}] event Started
[vm: {uuid}] event Stopped
[vm: {uuid}] memory limit not given, default {n} MB
{ip} "GET {route} HTTP/1.1" status: {n} len: {n} time: {fraction}
{ip} "DELETE {route} HTTP/1.1" status: {n} len: {n} time: {fraction}
req-{uuid} {user} call {route} with body {{request}}
req-{uuid} {user} result {json}
image {uuid} at ({path}): in use on this node
image {uuid} at ({path}): checking
image {uuid} at ({path}): removable
base files: {path}
claimed {n} vcpus, {n} MB, ratio {real}
quota of {user} exceeded for {thing}: {n} of {n}
certificate of {domain} ends in {days}
unknown base file {path}
pruned {n} of {n} images`,
  health: `
onSteps {n}
onSteps flushed {n}
totals#{big}#{n}#{n}#{n}
writeDay={big}##{n}##{n}##{real}
readDay={big}##{n}##{n}##{real}
calories: cached={n} fresh={n}
sync finished code={n} cost={n}ms
sync finished empty
pair device {mac} bonded={truth}
reportType is {n}, interval {n}
upload failed, retry {small} of {small}
goal reached for {user} on day {n}
sensor state: up
sensor state: down
rate {n} bpm at {big}`,
  mail: `
{hex12}: from=<{mail}>, size={n}, nrcpt={small} (queue active)
{hex12}: to=<{mail}>, relay={domain}[{ip}]:{n}, delay={real}, dsn={version}, status=sent ({reply})
{hex12}: to=<{mail}>, relay=none, delay={real}, dsn={version}, status=deferred (connect to {domain}[{ip}]:{n}: Connection timed out)
{hex12}: removed
connect from {domain}[{ip}]
disconnect from {domain}[{ip}]
warning: hostname {domain} does not resolve to address {ip}
NOQUEUE: reject: RCPT from {domain}[{ip}]: blocked using {domain}; from=<{mail}> to=<{mail}>
lost connection after AUTH from {domain}[{ip}]
lost connection after DATA ({bytes}) from {domain}[{ip}]
statistics: max rate {n}/60s for (smtp:{ip}) at {time}
{user} logged in from {ip} using {thing}
message moved to folder "{title}" by {user}
spam score {real} of {real} for {mail}
greylisted {mail} for {seconds}`,
  database: `
duration: {real} ms  statement: {sql}
checkpoint complete: wrote {n} buffers ({real}%); {small} files added, {small} removed
relation "{thing}" does not exist at character {n}
process {pid} acquired lock on relation {n} after {real} ms
process {pid} waits for lock on relation {n}
connection authorized: user={user} database={thing}
connection received: host={ip} port={port}
replication slot "{thing}" advanced to {hex4}/{hex8}
vacuum of table "{thing}.public.{place}": removed {n} pages, {n} remain
temporary file: path "base/tmp/{thing}{n}", size {big}
database system was shut down at {stamp}
database system is ready
autovacuum: found orphan table "{thing}"."{place}"
could not open file "{path}": Permission denied
could not open file "{path}": No such file
index {place}_{thing} rebuilt in {real} s
slow query by {user} on {thing}: {sql}`,
  web: `
user {user} signed in from {ip}
user {user} signed out
user {user} changed plan from {thing} to {place}
order {big} placed by {user}: {n} items, total {real} EUR
order {big} cancelled by {user}
cache miss for {thing}:{place}:{n}
cache hit for {thing}:{place}:{n}
rendered {thing}/show.html in {real}ms (views {real}ms | db {real}ms)
rendered {thing}/show.html in {real}ms
uploaded "{title}" ({human}) to bucket {thing}
worker {n} picked job {Thing}Job with {json}
worker {n} finished job {Thing}Job after {attempts}
feature {thing} is enabled for {percent}
feature {thing} is disabled
payload {json}
webhook to {url} answered {n} in {n} ms
unhandled rejection: cannot read {thing} of undefined
unhandled rejection: {thing} is not a function
email "{title}" sent to {mail}`,
  firewall: `
DROP IN={iface} OUT= SRC={ip} DST={ip} LEN={n} TTL={n} PROTO=TCP SPT={port} DPT={n} WINDOW={n} SYN URGP=0
DROP IN={iface} OUT= SRC={ip} DST={ip} LEN={n} TTL={n} PROTO=UDP SPT={port} DPT={n} LEN={n}
ACCEPT IN={iface} OUT={iface} SRC={ip} DST={ip} LEN={n} TTL={n} PROTO=TCP SPT={port} DPT={n} WINDOW={n} SYN URGP=0
{iface}: link up at {n} Mbps
{iface}: link down
{iface}: entered promiscuous mode
{iface}: left promiscuous mode
table full, {n} of {n} entries, oldest {seconds}
rule {n} matched {n} packets
rule {n} reloaded
session {hex8} from {ip}/{port} to {ip}/{port} closed after {seconds}
neighbor {ip6} at {mac} moved from {iface} to {iface}
blocked country {thing} for {ip}`,
  lease: `
DISCOVER from {mac}{hostless} via {iface}
OFFER on {ip} to {mac}{hostless} via {iface}
REQUEST for {ip} from {mac}{hostless} via {iface}
ACK on {ip} to {mac}{hostless} via {iface}
NAK on {ip} to {mac}
query[A] {domain} from {ip}
query[AAAA] {domain} from {ip}
reply {domain} is {ip}
cached {domain} is {ip}
forwarded {domain} to {ips}
pool {thing} exhausted
pool {thing} has {n} of {n} leases free
lease of {ip} expired after {days}
zone {domain}/IN: loaded serial {big}
zone {domain}/IN: transfer failed: timed out`,
  backup: `
copied {files} ({human}) in {seconds}
skipped {files}
deleted {files} older than {days}
verified {files}, {attempts}
snapshot {hex8} of {path} saved
snapshot {hex8} of {path} removed
reading source {path}
reading index {file}
repository {url} opened as {user}
repository {url} locked by {user} on {bare} since {stamp}
volume {bare} {percent} full
checksum {sha} differs for {path}
checksum {sha} missing for {path}
compression ratio {real}:{small}
next run in {days}
upload speed {human}/s
keeping {n} daily, {n} weekly`,
  build: `
Step {n}/{n} : {thing}
pulling layer {hex12}: {percent} of {human}
pulled layer {hex12}
package {package} upgraded from {version} to {version}
package {package} installed ({version})
package {package} removed
tests: {n} passed, {n} failed, {n} skipped in {real}s
compiling {package} v{version}
compiling {package} v{version} ({path})
warning: unused import {thing} in {file}:{n}:{n}
warning: unused variable {thing} in {file}:{n}:{n}
artifact {file} uploaded to {url}
commit {sha} by {user}: {title}
branch {thing}/{place} deleted
branch {thing}/{place} pushed by {user}
agent {bare} idle for {seconds}
pipeline {n} of {thing} passed
pipeline {n} of {thing} broken
exit status {n}`,
  game: `
{user} joined the game
{user} left the game
{user} was slain by {thing}
{user} was slain by {thing} using {item}
{user} has made the advancement [{title}]
{user} fell from a high place
{user} moved too quickly! {real},{real},{real}
{user}[/{ip}:{port}] logged in with entity id {n} at ({real}, {real}, {real})
<{user}> {title}
gave {n} {item} to {user}
teleported {user} to {user}
saving chunks for level {thing}/{place}
can't keep up! running {n}ms behind
loaded {n} recipes
world border set to {n} blocks
player {user} is not permitted
team {colour} won round {n}
team {colour} lost round {n}`,
  home: `
{place} lamp set to {colour} at {percent}
{place} lamp unreachable
{place} window opened
{place} window closed
sensor {place}_{thing} reports {real} °C
sensor {place}_{thing} battery low
scene "{title}" activated by {user}
thermostat {place} from {real} to {real}
automation {thing} skipped: condition {n} not met
automation {thing} triggered by {place}
bridge {ip} answered in {n} ms
bridge {ip} did not answer
device {mac} joined as {place}_{thing}
update {version} available for {thing}
sunrise at {time}`,
  java: `
{object} initialized in {n} ms
{object} destroyed
pool-{small}-thread-{n} took {n} ms for {class}
java.lang.NullPointerException: Cannot invoke "{Thing}.get()" because "{thing}" is null
java.net.ConnectException: Connection refused: {bare}/{ip}:{port}
at {class}.run({Thing}.java:{n})
Caused by: {class}: {title}
Started {Thing}Application in {real} seconds (process running for {real})
Mapped "{[{route}],methods=[{verb}]}" onto {class}
HikariPool-{small} - Start completed.
HikariPool-{small} - Shutdown initiated...
session {hex12} created for {user}, timeout {n}
session {hex12} expired for {user}
bean '{thing}Service' of type [{class}] is not eligible
property {thing}.{place} = {nothing}
metrics {pairs}
gc pause {real}ms {n}M->{n}M({n}M)`,
  tunnel: `
{user}/{ip}:{port} peer connected
{user}/{ip}:{port} peer disconnected
{user}/{ip}:{port} renegotiated key, cipher {thing}
{user}/{ip}:{port} wrong password, {attempts} left
{ip}:{port} certificate subject CN={user}, O={Thing} Inc, C=DE verified
{ip}:{port} certificate subject CN={user}, O={Thing} Inc, C=DE revoked
assigned {ip} to {user}
assigned {ip} and {ip6} to {user}
route {ip}/{n} added via {iface}
route {ip}/{n} deleted via {iface}
rx {bytes}, tx {bytes} on {iface}
keepalive timeout after {seconds}
handshake with peer {n} ({ip}:{port}) completed
handshake with peer {n} ({ip}:{port}) did not complete after {seconds}, retrying (try {small})
mtu of {iface} set to {n}`,
  orchestrator: `
Pulling image "{thing}:{version}"
Successfully pulled image "{thing}:{version}" in {real}s ({real}s including waiting)
Created container {bare}
Started container {bare}
Back-off restarting container {bare} in pod {bare}_{thing}({uuid})
Scaled up replica set {thing}-{hex8} to {small}
Scaled down replica set {thing}-{hex8} to {small}
Readiness probe failed: Get "http://{ip}:{port}/health": dial tcp {ip}:{port}: connection refused
Readiness probe failed: HTTP probe failed with statuscode: {n}
Assigned {thing}/{bare} to {bare}
{n}/{n} nodes are available: {n} insufficient memory
node {bare} status is now: NodeReady
node {bare} status is now: NodeNotReady
volume "{thing}" bound to claim {thing}/{place}
evicting pod {thing}/{bare}
taint {thing}={place}:NoSchedule added to {bare}
image garbage collected, freed {human}
lease {uuid} renewed by {bare}`,
  printer: `
job {n} "{title}" queued by {user} on {bare} ({files})
job {n} "{title}" printed, {n} pages, copies={small}, duplex={truth}
job {n} stopped: out of paper
job {n} stopped: toner empty
tray {small} is empty
tray {small} is open
{bare}: state is now {fan}
scan sent to {mail} as {file} ({human})
scan sent to {path} as {file}
user {user} over quota by {n} pages
firmware {version} verified {hexes}
counter black={n} colour={n}
driver {Thing}Driver {version} loaded from {path}
queue {bare} accepts jobs: {yes}`,
  moderation: `
post {big} removed by {user}: {remark}
user {user} suspended, reason: {remark}
appeal {n} closed, comment={remark}
upload of {file} failed, error: {cause}
export for {user} stopped after {seconds}: {cause}
relay {domain} gave up ({cause})
post {big} approved
post {big} reported by {user}
user {user} joined from {ip}
digest sent to {mail}
queue has {n} posts, oldest {seconds}`,
  modules: Array.from({ length: 45 }, (_, i) => `INFO [main] com.acme.Engine: ${event(i)}`).join('\n'),
  daemon: Array.from({ length: 60 }, (_, i) => `storage engine: ${event(i)}`).join('\n'),
}

const linesEach = 2_000

/**
 * Draws logs of families that resemble no public benchmark, 2,000 lines each. A few templates make most lines, and a quarter of them
 * have three lines or fewer, as in real logs. The same seed gives the same logs.
 */
export const generateLogs = (seed: number): GeneratedLog[] =>
  Object.entries(families).map(([family, source], place) => {
    const draw = createRandom(seed * 10_007 + place * 101)
    const patterns = source.trim().split('\n')
    const forms = patterns.map(text)
    const weights = forms.map(() => (draw.below(4) === 0 ? 0.001 : (1 / (1 + draw.below(12))) ** 1.5))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const lines: string[] = []
    const truth: string[] = []
    let chosen = 0
    for (let line = 0; line < linesEach; line++) {
      // An event is often followed by another of its kind.
      if (draw.below(4) > 0) {
        let left = draw.next() * total
        chosen = weights.findIndex((weight) => {
          left -= weight
          return left < 0
        })
      }
      lines.push(forms[chosen]?.(draw) ?? '')
      truth.push(patterns[chosen] ?? '')
    }
    return { family, lines, truth }
  })
