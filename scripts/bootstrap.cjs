'use strict'
// Plain CommonJS without dependencies: it runs on any Node ≥ 14, before anything is installed.
// 1. Where this Node is older than package.json's `engines.node`, it installs the pinned runtime of scripts/runtime
//    (integrity in its lock file) and links it as node_modules/.bin/node, which npm puts first in PATH.
// 2. Where node_modules is missing or does not match package-lock.json, it runs `npm ci` under that runtime.
// 3. With --dashboard it builds the dashboard when its sources changed since the last build; that needs no network.
const cp = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')

const root = path.resolve(__dirname, '..')
const runtime = path.join(__dirname, 'runtime')
const modules = path.join(root, 'node_modules')
const runtimeOnly = process.argv.includes('--runtime-only')
const windows = process.platform === 'win32'
const env = Object.assign({}, process.env, {
  npm_config_loglevel: 'error',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
})

const minimum = /\d+(\.\d+)*/.exec(require('../package.json').engines.node)[0].split('.').map(Number)
const current = process.versions.node.split('.').map(Number)
const firstDifference = minimum.findIndex((part, i) => part !== current[i])
const tooOld = firstDifference !== -1 && current[firstDifference] < minimum[firstDifference]

let node = null
if (tooOld) {
  if (!runtimeBinary()) {
    say(`Node ${process.versions.node} is older than ${minimum.join('.')}; installing a pinned runtime from npm`)
    npm(['ci', '--prefix', runtime], runtime)
  }
  node = runtimeBinary()
  if (!node) {
    say(
      `npm has no Node runtime for ${process.platform}-${process.arch}; install Node >= ${minimum.join('.')} yourself`,
    )
    process.exit(1)
  }
  env.PATH = path.dirname(node) + path.delimiter + env.PATH
}

const lock = path.join(root, 'package-lock.json')
const stamp = path.join(modules, '.lock-sha256')
const wanted = fs.existsSync(lock) ? crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex') : ''
const installed = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8') : ''
if (!runtimeOnly && installed !== wanted && !installedByHand()) {
  say('installing dependencies (npm ci), about 20 seconds')
  npm(['ci'], root)
}
if (fs.existsSync(modules)) {
  if (node) linkRuntime(node)
  if (!runtimeOnly) fs.writeFileSync(stamp, wanted)
}
if (process.argv.includes('--dashboard')) buildDashboard()

function say(message) {
  console.error(`bootstrap: ${message}`)
}

function npm(args, cwd) {
  const result = cp.spawnSync(windows ? 'npm.cmd' : 'npm', args, { cwd, env, stdio: 'inherit', shell: windows })
  if (result.status !== 0) process.exit(result.status || 1)
}

function runtimeBinary() {
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const file = path.join(runtime, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  return fs.existsSync(file) ? file : null
}

// npm leaves this file behind; when it is newer than the lock, somebody ran `npm ci` and there is nothing to do.
function installedByHand() {
  const hidden = path.join(modules, '.package-lock.json')
  return fs.existsSync(hidden) && fs.statSync(hidden).mtimeMs >= fs.statSync(lock).mtimeMs
}

function linkRuntime(binary) {
  const link = path.join(modules, '.bin', 'node')
  fs.mkdirSync(path.dirname(link), { recursive: true })
  fs.rmSync(link, { force: true })
  try {
    fs.symlinkSync(path.relative(path.dirname(link), binary), link)
  } catch {
    fs.copyFileSync(binary, link)
  }
}

function buildDashboard() {
  const vite = path.join(modules, 'vite', 'bin', 'vite.js')
  const web = path.join(root, 'web')
  if (!fs.existsSync(vite) || !fs.existsSync(path.join(web, 'src'))) return
  const built = path.join(web, 'dist')
  const builtFrom = path.join(modules, '.dashboard-sha256')
  const sources = hashOf(web)
  const page = path.join(built, 'index.html')
  if (fs.existsSync(page) && fs.existsSync(builtFrom) && fs.readFileSync(builtFrom, 'utf8') === sources) return
  say('building the dashboard, a few seconds')
  // Built beside and moved into place, so that nobody is ever served half of it.
  const fresh = path.join(web, `.dist-${process.pid}`)
  const args = [
    vite,
    'build',
    web,
    '--config',
    path.join(web, 'vite.config.ts'),
    '--outDir',
    fresh,
    '--logLevel',
    'warn',
  ]
  const result = cp.spawnSync(node || process.execPath, args, { cwd: root, env, stdio: ['ignore', 2, 'inherit'] })
  if (result.status !== 0) process.exit(result.status || 1)
  fs.rmSync(built, { recursive: true, force: true })
  fs.renameSync(fresh, built)
  fs.writeFileSync(builtFrom, sources)
}

// Of everything that the build reads: its sources, its libraries, and this.
function hashOf(web) {
  const hash = crypto.createHash('sha256').update(wanted).update(fs.readFileSync(__filename))
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
