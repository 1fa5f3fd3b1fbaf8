'use strict'
const fs = require('fs')
const os = require('os')

/** No installation takes so long, so a file of this age was left behind, in ms. */
const longest = 30 * 60 * 1000

/**
 * Waits until no other process does what this one is about to do, and keeps others waiting until this one ends. Two installations in one
 * folder break each other: npm deletes it first.
 */
exports.takeTurn = (file, say) => {
  const own = `${os.hostname()} ${process.pid}`
  let said = false
  while (!take(file, own)) {
    if (isLeftBehind(file)) fs.rmSync(file, { force: true })
    else if (!said) {
      say(`waiting for another process that installs or builds here (${file})`)
      said = true
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  process.once('exit', () => {
    if (read(file) === own) fs.rmSync(file, { force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
}

function take(file, own) {
  try {
    fs.writeFileSync(file, own, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

// The process that made the file is gone. Of another machine or container, or where the disk was too full for a name, only the age is known.
function isLeftBehind(file) {
  const [host, pid] = (read(file) || '').split(' ')
  if (pid && host === os.hostname() && !isRunning(Number(pid))) return true
  const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) || { mtimeMs: Date.now() }
  return Date.now() - mtimeMs > longest
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
