#!/usr/bin/env node
'use strict'
// Starts Vedette under a Node that is new enough.
const { existsSync } = require('fs')
const { join } = require('path')
const { spawn, spawnSync } = require('child_process')
const { signals } = require('os').constants
const { smallHeap, smallPools } = require('./small-heap.cjs')
const { isCurrent } = require('../scripts/bootstrap/bundle.cjs')
const { chooseRuntime, runtimeBinary, thisMachine } = require('../scripts/bootstrap/platform.cjs')
const { snapshotFor } = require('../scripts/bootstrap/snapshot.cjs')

const root = join(__dirname, '..')
const isCheckout = existsSync(join(root, 'src', 'main.ts'))
// A fresh checkout has nothing installed yet, or only a part if an installation is under way.
if (isCheckout && (!existsSync(join(root, 'node_modules')) || existsSync(join(root, '.bootstrap.lock'))))
  bootstrap('--build')
const choice = chooseRuntime(thisMachine())
const words = process.argv.slice(2)
// Commands that run until they are stopped.
const isServer = ['serve', 'worker', 'watch', 'mcp'].includes(words.find((word) => !word.startsWith('-')))
const node = choice.own ? process.execPath : choice.name && runtimeBinary(join(root, 'scripts', 'runtime'), choice.name)
// Flags of this Node would be lost.
const snapshot = !isServer && node && process.execArgv.length === 0 && snapshotFor(root, node, words)
const hasSnapshot = snapshot && (!isCheckout || isCurrent(root))
const flags = isServer ? smallHeap : hasSnapshot ? ['--snapshot-blob', snapshot] : []
const args = [...flags, join(__dirname, 'start.mjs'), ...words]
const env = { ...smallPools, ...process.env }

if (choice.own && flags.length === 0) {
  // A second start of Node would take longer than some answers.
  void import('./start.mjs')
} else if (choice.own && process.execve) {
  // Becomes the program. The #! line cannot carry the flags: the env of Alpine takes one word.
  process.execve(process.execPath, [process.execPath, ...args], env)
} else {
  // Says why and ends where no runtime can be had.
  if (!existsSync(node || '')) bootstrap('--runtime-only')
  // The channel tells the child when we are gone, however we ended; signals are passed on.
  const child = spawn(node, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  child.on('error', (error) => {
    console.error(
      `Cannot start ${node}: ${error.message}. Delete ${join(root, 'scripts/runtime/node_modules')}, then try again.`,
    )
    process.exit(2)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code === null ? 128 + signals[signal] : code))
}

// Brings what is missing, once: the lock files hold the hash of everything. Results go to stdout, so this talks to stderr.
function bootstrap(...flags) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.cjs'), ...flags], {
    stdio: ['ignore', 2, 'inherit'],
  })
  if (status !== 0) process.exit(2)
}
