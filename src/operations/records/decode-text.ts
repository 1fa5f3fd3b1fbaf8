// The interfaces read it from here: they may not import bytes.
export { decodeText } from '../../lib/bytes/decode-text.ts'
