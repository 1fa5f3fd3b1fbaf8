import { constants } from 'node:zlib'

/** Whether bytes of a payload are so many that compressing saves more than it costs. */
export const isWorthCompressing = (bytes: Uint8Array): boolean => bytes.length > 16_384

/** The parameters of zstd for payloads, which are read once, soon after. */
export const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
