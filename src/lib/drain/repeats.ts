/** Groups of up to so many tokens are folded when they repeat: `node-1 0x1f <ok> node-2 0x2f <ok>`. */
const maxGroup = 4

/** Whether the last of `count` tokens repeat the ones before them, values and all; how many they are. */
export const repeats = (hashes: Int32Array, masked: Uint8Array, count: number): number => {
  const last = hashes[count - 1]
  for (let size = 1; size <= maxGroup && size * 2 <= count; size++) {
    if (hashes[count - 1 - size] !== last) continue
    let hasValue = false
    let same = true
    for (let i = count - size; same && i < count; i++) {
      same = hashes[i] === hashes[i - size]
      hasValue ||= masked[i] === 1
    }
    if (same && hasValue) return size
  }
  return 0
}
