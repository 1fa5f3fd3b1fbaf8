'use strict'
// A small heap keeps the memory of a server flat under load. It costs up to a quarter of the speed, so commands that end do without. Up to its
// first size it is not collected: a start would do so several times. The main thread mostly waits; threads that work get more room for what
// they drop soon (src/app/start-thread.ts). V8 would collect the old space whenever it has grown by half. A collection costs
// as much as what lives there, however much has died: with growth by 80 %, fewer of them do the same.
exports.smallHeap = [
  '--min-semi-space-size=1',
  '--max-semi-space-size=2',
  '--initial-old-space-size=64',
  '--max-old-space-size=768',
  '--heap-growing-percent=80',
]
// Each thread would take its own pool of memory from glibc, which keeps up to 64 MB of what was freed once a large piece was.
const mebibyte = String(1024 * 1024)
exports.smallPools = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: mebibyte,
  MALLOC_TRIM_THRESHOLD_: mebibyte,
}
