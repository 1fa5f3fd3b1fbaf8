import { setFlagsFromString } from 'node:v8'

// If objects often survive a collection, V8 soon allocates all of them in the old space. Ours die with their batch, but a dead object there
// keeps its references alive until a full collection, and those are promoted too.
setFlagsFromString('--no-allocation-site-pretenuring')
