'use strict'
// Plain CommonJS without dependencies: runs while the program is built, and whenever it starts.
const { spawnSync } = require('child_process')
const {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('fs')
const { join } = require('path')
const { isatty } = require('tty')

// The commands that src/snapshot.ts holds. Without any command, piped lines are analysed.
const commands = ['analyze', 'normalize', 'templates']

/**
 * Returns the snapshot to start these words from, if there is one that was built here, by this Node, and of what is here. Node ends with an
 * error if it gets another one.
 */
function snapshotFor(root, node, words) {
  const command = words.find((word) => word !== '--no-color')
  if (command === undefined ? isatty(0) : !commands.includes(command)) return undefined
  // Flags of V8 must be those that the snapshot was built with.
  if (process.env.NODE_OPTIONS) return undefined
  const { blob } = filesIn(root)
  return isSnapshotCurrent(root, node) && existsSync(blob) ? blob : undefined
}

/** Whether a snapshot of what is here was built, or could not be. */
function isSnapshotCurrent(root, node) {
  try {
    return readFileSync(filesIn(root).record, 'utf8') === stateOf(root, node)
  } catch {
    // There is none, or something that it was built from is gone.
    return false
  }
}

/** Builds the snapshot of `dist`. Returns why it cannot, or undefined. */
function buildSnapshot(root, node, env) {
  const { blob, record, script } = filesIn(root)
  const { status, signal, error, stderr } = spawnSync(
    node,
    ['--no-warnings', '--snapshot-blob', `${blob}.new`, '--build-snapshot', script],
    { encoding: 'utf8', env: Object.assign({}, env, { NODE_OPTIONS: '' }) },
  )
  if (status === 0) renameSync(`${blob}.new`, blob)
  else rmSync(blob, { force: true })
  writeFileSync(record, stateOf(root, node))
  if (status === 0) return undefined
  return error ? error.message : stderr.trim().split('\n')[0] || `Node ended with ${signal || status}`
}

function filesIn(root) {
  const path = (end) => join(root, 'dist', `snapshot.${end}`)
  return { blob: path('blob'), record: path('json'), script: path('cjs') }
}

/** What a snapshot depends on: where it is, which Node has built it, and the declared formats, which it holds. */
function stateOf(root, node) {
  const formats = join(root, 'formats')
  const files = [realpathSync(node), formats].concat(readdirSync(formats).map((name) => join(formats, name)))
  const stamps = files.map((file) => {
    const { mtimeMs, size } = statSync(file)
    return [file, mtimeMs, size]
  })
  return JSON.stringify([root, process.arch, stamps])
}

module.exports = { buildSnapshot, commands, isSnapshotCurrent, snapshotFor }
