#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=768
'use strict'
// Starts Vedette under a Node that is new enough: in a checkout src/main.ts, in a published package dist/main.js.
// The small heap keeps memory flat under load and costs no speed.
const { existsSync } = require('fs')
const { join } = require('path')
const { spawn, spawnSync } = require('child_process')
const { signals } = require('os').constants
const { pathToFileURL } = require('url')

const root = join(__dirname, '..')
const source = join(root, 'src', 'main.ts')
const main = existsSync(source) ? source : join(root, 'dist', 'main.js')
// A fresh checkout has nothing installed yet.
if (main === source && !existsSync(join(root, 'node_modules'))) bootstrap('--dashboard')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 11)) {
  import(pathToFileURL(main).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
} else {
  if (!newerNode()) bootstrap('--runtime-only')
  const node = newerNode()
  if (!node) {
    console.error(
      `vedette needs Node >= 24.11 (this is ${process.version}) and could not bring it; try: npx -y -p node@26 -p vedette vedette`,
    )
    process.exit(2)
  }
  // The channel tells the child when we are gone, however we ended; signals are passed on.
  const child = spawn(node, ['--max-semi-space-size=8', '--max-old-space-size=768', main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code === null ? 128 + signals[signal] : code))
}

function newerNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  return [
    join(root, 'node_modules', '.bin', 'node'),
    join(root, 'scripts', 'runtime', 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  ].find(existsSync)
}

// Brings what is missing, once: the lock files hold the hash of everything. Results go to stdout, so this talks to stderr.
function bootstrap(...flags) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.cjs'), ...flags], {
    stdio: ['ignore', 2, 'inherit'],
  })
  if (status !== 0) process.exit(2)
}
