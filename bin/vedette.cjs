#!/usr/bin/env node
'use strict'
// Starts Vedette under a Node that is new enough: in a checkout src/main.ts, in a published package dist/main.js.
const { existsSync } = require('fs')
const { join } = require('path')
const { spawnSync } = require('child_process')
const { pathToFileURL } = require('url')

const built = join(__dirname, '..', 'dist', 'main.js')
const source = join(__dirname, '..', 'src', 'main.ts')
const main = existsSync(source) ? source : built
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 11)) {
  import(pathToFileURL(main).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
} else {
  const node = [
    join(__dirname, '..', 'node_modules', '.bin', 'node'),
    join(
      __dirname,
      '..',
      'scripts',
      'runtime',
      'node_modules',
      `node-${process.platform}-${process.arch}`,
      'bin',
      'node',
    ),
  ].find(existsSync)
  if (!node) {
    console.error(
      `vedette needs Node >= 24.11 (this is ${process.version}). In a checkout run \`npm start\` once, which brings it; ` +
        'elsewhere: npx -y -p node@26 -p vedette vedette',
    )
    process.exit(2)
  }
  const result = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (result.signal) process.kill(process.pid, result.signal)
  process.exit(result.status === null ? 1 : result.status)
}
