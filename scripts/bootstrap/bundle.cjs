'use strict'
// Plain CommonJS without dependencies: runs before anything is installed, and whenever the program starts.
const { readFileSync, statSync, writeFileSync } = require('fs')
const { join } = require('path')

const record = 'sources.json'

/**
 * Records the files that the bundle in `folder` was built from, by paths relative to `root`. Times and sizes show a changed file: reading all
 * of them would take longer than what the bundle saves. So would a hash, which needs Node's library of cryptography.
 */
function recordSources(root, folder, files) {
  writeFileSync(join(folder, record), JSON.stringify({ files, state: stateOf(root, files) }))
}

/** Whether there is a bundle in `dist`, and no file that it was built from has changed. */
function isCurrent(root) {
  try {
    const { files, state } = JSON.parse(readFileSync(join(root, 'dist', record), 'utf8'))
    return stateOf(root, files) === state
  } catch {
    // There is no bundle, or a file that it was built from is gone.
    return false
  }
}

function stateOf(root, files) {
  let state = ''
  for (const file of files) {
    const { mtimeMs, size } = statSync(`${root}/${file}`)
    state += `${mtimeMs} ${size}\n`
  }
  return state
}

module.exports = { isCurrent, recordSources }
