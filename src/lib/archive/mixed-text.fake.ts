/** The text in the fixtures of the decompressors: lines, and long runs of one and two characters. */
export const mixedText = `${Array.from({ length: 2_000 }, (_, i) => `${i} ${'login failed for user root from port '.repeat((i % 7) + 1).slice(i % 11)}\n`).join('')}${'a'.repeat(100_000)}\n${'ab'.repeat(500)}\n`
