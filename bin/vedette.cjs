#!/usr/bin/env node
'use strict'
// Starts Vedette under a Node that is new enough: in a checkout src/main.ts, in a published package dist/main.js.
const { existsSync } = require('fs')
const { join } = require('path')
const { spawnSync } = require('child_process')
const { pathToFileURL } = require('url')

const root = join(__dirname, '..')
const source = join(root, 'src', 'main.ts')
const main = existsSync(source) ? source : join(root, 'dist', 'main.js')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 11)) {
  import(pathToFileURL(main).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
} else {
  if (!newerNode()) bring()
  const node = newerNode()
  if (!node) {
    console.error(
      `vedette needs Node >= 24.11 (this is ${process.version}) and could not bring it; try: npx -y -p node@26 -p vedette vedette`,
    )
    process.exit(2)
  }
  const result = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (result.signal) process.kill(process.pid, result.signal)
  process.exit(result.status === null ? 1 : result.status)
}

function newerNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  return [
    join(root, 'node_modules', '.bin', 'node'),
    join(root, 'scripts', 'runtime', 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  ].find(existsSync)
}

// The pinned runtime of the package, once: its lock file holds the hash of each binary.
function bring() {
  spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.cjs'), '--runtime-only'], {
    stdio: ['ignore', 2, 'inherit'],
  })
}
