'use strict'
// Plain CommonJS without dependencies: runs on any Node >= 14, before anything is installed.
// 1. Where this Node is older than package.json's `engines.node`, it installs the pinned runtime of scripts/runtime
//    (integrity in its lock file) and links it as node_modules/.bin/node, which npm puts first in PATH.
// 2. Where node_modules is missing or only a part, it runs `npm ci` under that runtime; where it matches an earlier package-lock.json,
//    `npm install` replaces what has changed.
// 3. With --build it builds the dashboard and bundles the program when their sources changed since the last build; that needs no network.
// No package of ours needs its install scripts, so they stay off: nothing is compiled and nothing foreign runs.
const cp = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { isCurrent } = require('./bootstrap/bundle.cjs')
const { explainNpmFailure } = require('./bootstrap/npm-failure.cjs')
const { chooseRuntime, runtimeBinary, thisMachine } = require('./bootstrap/platform.cjs')
const { buildSnapshot, isSnapshotCurrent } = require('./bootstrap/snapshot.cjs')
const { takeTurn } = require('./bootstrap/turn.cjs')

const root = path.resolve(__dirname, '..')
const runtime = path.join(__dirname, 'runtime')
const modules = path.join(root, 'node_modules')
const lock = path.join(root, 'package-lock.json')
const turn = path.join(root, '.bootstrap.lock')
const vite = path.join(modules, 'vite', 'bin', 'vite.js')
const bundles = ['bundle.config.ts', 'snapshot.config.ts'].map((name) => path.join(__dirname, name))
const runtimeOnly = process.argv.includes('--runtime-only')
const windows = process.platform === 'win32'
const env = Object.assign({}, process.env, {
  npm_config_loglevel: 'error',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  // Without a network npm would try for two minutes before it says so.
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '5000',
})
/** The Node to run on, where this one is too old. */
let node = null
/** Whether other processes wait for this one. */
let hasTurn = false

try {
  bootstrap()
} catch (error) {
  fail(
    error.code === 'ENOSPC'
      ? `The disk is full (${error.path || root}). Free some space, then try again.`
      : /^(EACCES|EPERM|EROFS)$/.test(error.code)
        ? `Cannot write ${error.path || root}. Run it as a user who can.`
        : error.message,
  )
}

function bootstrap() {
  // A command that was killed left its file, or another one is at work: what looks done may be a part.
  if (fs.existsSync(turn)) takeOurTurn()
  node = newerNode()
  if (node) env.PATH = path.dirname(node) + path.delimiter + env.PATH
  const stamp = path.join(modules, '.lock-sha256')
  const isInstalled = () => (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lockHash()) || installedByHand()
  if (!runtimeOnly) {
    onceOf(isInstalled, () => installDependencies(stamp))
  }
  if (fs.existsSync(modules)) {
    if (node) linkRuntime(node)
    keepGypfileMarks()
    if (!runtimeOnly) fs.writeFileSync(stamp, lockHash())
  }
  if (process.argv.includes('--build') && fs.existsSync(path.join(root, 'src')) && fs.existsSync(vite)) {
    buildDashboard()
    bundleProgram()
  }
}

// `npm ci` unpacks all packages again, which takes ten times as long as replacing some.
function installDependencies(stamp) {
  if (!fs.existsSync(stamp)) {
    say('installing dependencies (npm ci), about 20 seconds')
    npm(root, ['ci', '--ignore-scripts'])
    return
  }
  // If this one fails or is killed, the next one installs everything.
  fs.rmSync(stamp)
  say('updating dependencies (npm install), a few seconds')
  npm(root, ['install', '--ignore-scripts', '--no-save'])
}

// Does what is not done yet, one process at a time: the others find it done.
function onceOf(isDone, work) {
  if (isDone()) return
  takeOurTurn()
  if (!isDone()) work()
}

function takeOurTurn() {
  if (!hasTurn) takeTurn(turn, say)
  hasTurn = true
}

function say(message) {
  console.error(`bootstrap: ${message}`)
}

function fail(message) {
  say(message)
  process.exit(1)
}

// npm's own words go to a log, which a failure names.
function npm(folder, args) {
  const log = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'vedette-npm-')), 'npm.log')
  const out = fs.openSync(log, 'w')
  const { status, signal, error } = cp.spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: folder,
    env,
    stdio: ['ignore', out, out],
    shell: windows,
  })
  fs.closeSync(out)
  if (status !== 0) {
    const sentence = explainNpmFailure({
      command: `npm ${args.join(' ')} in ${folder}`,
      code: error && error.code,
      signal,
      output: fs.readFileSync(log, 'utf8'),
      folder,
      registry: registry(),
    })
    fail(error ? sentence : `${sentence} npm's output: ${log}`)
  }
  fs.rmSync(path.dirname(log), { recursive: true, force: true })
}

function registry() {
  const { stdout } = cp.spawnSync(windows ? 'npm.cmd' : 'npm', ['config', 'get', 'registry'], {
    cwd: root,
    encoding: 'utf8',
    shell: windows,
  })
  return (stdout || '').trim() || 'the npm registry'
}

// The binary of a newer Node where the machine's own is too old, brought if need be; else null.
function newerNode() {
  const machine = thisMachine()
  const choice = chooseRuntime(machine)
  if (choice.refusal) fail(choice.refusal)
  // npm puts our own link first in PATH. Installing removes it, so whoever runs on it needs it back.
  if (choice.own) return process.execPath.startsWith(path.join(runtime, 'node_modules')) ? process.execPath : null
  const binary = runtimeBinary(runtime, choice.name)
  const advice = `Install Node >= ${machine.minimum} from https://nodejs.org/en/download.`
  const install = () => {
    say(`Node ${machine.version} is older than ${machine.minimum}; installing a pinned runtime from npm`)
    npm(runtime, ['ci', '--ignore-scripts'])
    if (!fs.existsSync(binary)) {
      // All runtimes are optional to npm, so it skips one that it cannot fetch and says nothing. Fetching it alone says why.
      npm(runtime, [
        'cache',
        'add',
        `${choice.name}@${require('./runtime/package.json').optionalDependencies[choice.name]}`,
      ])
      npm(runtime, ['ci', '--ignore-scripts'])
    }
    if (!fs.existsSync(binary)) fail(`npm did not install ${choice.name}; it needs 250 MB in ${runtime}. ${advice}`)
  }
  onceOf(() => fs.existsSync(binary), install)
  const { status, error, stderr } = cp.spawnSync(binary, ['--version'], { encoding: 'utf8' })
  if (status !== 0) {
    const reason = error ? error.message : String(stderr).trim().split('\n')[0]
    fail(`The Node of ${choice.name} does not start on this system (${reason}). ${advice}`)
  }
  return binary
}

function lockHash() {
  return fs.existsSync(lock) ? crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex') : ''
}

// npm leaves this file behind; when it is newer than the lock, somebody ran `npm ci` and there is nothing to do.
function installedByHand() {
  const hidden = path.join(modules, '.package-lock.json')
  return fs.existsSync(hidden) && fs.statSync(hidden).mtimeMs >= fs.statSync(lock).mtimeMs
}

// A package with `gypfile: false` has its binaries with it. npm honours that in a lock file too, but drops it whenever it
// writes one (npm/cli#9837), and the next `npm ci` typed by hand would then want a compiler.
function keepGypfileMarks() {
  if (!fs.existsSync(lock)) return
  const before = fs.readFileSync(lock, 'utf8')
  const tree = JSON.parse(before)
  for (const place of Object.keys(tree.packages)) {
    const folder = path.join(root, place)
    if (place === '' || !fs.existsSync(path.join(folder, 'binding.gyp'))) continue
    if (require(path.join(folder, 'package.json')).gypfile === false) tree.packages[place].gypfile = false
  }
  const after = `${JSON.stringify(tree, null, 2)}\n`
  if (after === before) return
  // The tree that is installed matches the lock as much as before, so its age stays.
  const { atime, mtime } = fs.statSync(lock)
  fs.writeFileSync(lock, after)
  fs.utimesSync(lock, atime, mtime)
}

function linkRuntime(binary) {
  const link = path.join(modules, '.bin', 'node')
  // A link that is right stays: another command may start Node through it at this moment.
  if (fs.existsSync(link) && fs.realpathSync(link) === fs.realpathSync(binary)) return
  fs.mkdirSync(path.dirname(link), { recursive: true })
  fs.rmSync(link, { force: true })
  try {
    fs.symlinkSync(path.relative(path.dirname(link), binary), link)
  } catch {
    fs.copyFileSync(binary, link)
  }
}

function buildDashboard() {
  const web = path.join(root, 'web')
  const built = path.join(web, 'dist')
  const builtFrom = path.join(modules, '.dashboard-sha256')
  const sources = hashOf(web)
  const page = path.join(built, 'index.html')
  const isBuilt = () =>
    fs.existsSync(page) && fs.existsSync(builtFrom) && fs.readFileSync(builtFrom, 'utf8') === sources
  onceOf(isBuilt, () => {
    say('building the dashboard, a few seconds')
    build('The dashboard', web, built, [path.join(web, 'vite.config.ts')])
    fs.writeFileSync(builtFrom, sources)
  })
}

function bundleProgram() {
  onceOf(
    () => isCurrent(root),
    () => {
      say('bundling the program, a few seconds')
      build('The program', root, path.join(root, 'dist'), bundles)
    },
  )
  const binary = node || process.execPath
  onceOf(
    () => isSnapshotCurrent(root, binary),
    () => {
      const reason = buildSnapshot(root, binary, env)
      if (reason) say(`no snapshot of the program could be built (${reason}), so short commands start slower`)
    },
  )
}

// Builds beside and moves into place, so that nobody is ever served half of it.
function build(name, folder, built, configs) {
  const fresh = path.join(path.dirname(built), `.dist-${process.pid}`)
  for (const config of configs) {
    const args = [vite, 'build', folder, '--config', config, '--outDir', fresh, '--logLevel', 'warn']
    const { status } = cp.spawnSync(node || process.execPath, args, { cwd: root, env, stdio: ['ignore', 2, 'inherit'] })
    if (status === 0) continue
    fs.rmSync(fresh, { recursive: true, force: true })
    fail(`${name} did not build; vite says why above. Delete node_modules, then try again.`)
  }
  fs.rmSync(built, { recursive: true, force: true })
  fs.renameSync(fresh, built)
}

// Of everything that the build reads: its sources, its libraries, and this.
function hashOf(web) {
  const hash = crypto.createHash('sha256').update(lockHash()).update(fs.readFileSync(__filename))
  for (const file of sourcesIn(web)) hash.update(path.relative(web, file)).update(fs.readFileSync(file))
  return hash.digest('hex')
}

function sourcesIn(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .reduce((files, entry) => {
      const file = path.join(folder, entry.name)
      return files.concat(entry.isDirectory() ? sourcesIn(file) : file)
    }, [])
}
